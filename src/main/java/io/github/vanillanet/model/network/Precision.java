package io.github.vanillanet.model.network;

import io.github.vanillanet.model.checkpoint.ScalarType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The number format of an artifact's weights and products. */
public enum Precision {
  FLOAT32(ScalarType.FLOAT32),
  /** float32 weights; a CUDA device rounds them to 10 bits of mantissa in products. */
  TF32(ScalarType.FLOAT32),
  FLOAT16(ScalarType.FLOAT16),
  BFLOAT16(ScalarType.BFLOAT16),
  /** 8-bit weights and activations, with scales from calibration images; CPUs only. */
  INT8(ScalarType.INT8);

  /** Values of the setting {@code vanillanet.precision}. TF32 has a setting of its own. */
  public static final List<String> NAMES =
      List.of(FLOAT32.label(), FLOAT16.label(), BFLOAT16.label(), INT8.label());

  private final ScalarType storage;

  Precision(ScalarType storage) {
    this.storage = storage;
  }

  /**
   * @param name one of {@link #NAMES}
   */
  public static Optional<Precision> named(String name) {
    return Arrays.stream(values())
        .filter(precision -> precision != TF32 && precision.label().equals(name))
        .findFirst();
  }

  public ScalarType storage() {
    return storage;
  }

  /** The name in settings and answers: {@code float32}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
