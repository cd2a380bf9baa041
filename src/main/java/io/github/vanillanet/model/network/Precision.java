package io.github.vanillanet.model.network;

import io.github.vanillanet.model.checkpoint.ScalarType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** In what numbers an artifact keeps its weights and computes. */
public enum Precision {
  FLOAT32(ScalarType.FLOAT32),
  /** float32 weights; a CUDA device multiplies them with 10 bits of mantissa. */
  TF32(ScalarType.FLOAT32),
  FLOAT16(ScalarType.FLOAT16),
  BFLOAT16(ScalarType.BFLOAT16);

  /** What can be asked for by name: TF32 is a setting of its own. */
  public static final List<String> NAMES =
      List.of(FLOAT32.label(), FLOAT16.label(), BFLOAT16.label());

  private final ScalarType storage;

  Precision(ScalarType storage) {
    this.storage = storage;
  }

  /**
   * @param name one of {@link #NAMES}
   */
  public static Optional<Precision> named(String name) {
    return Arrays.stream(values())
        .filter(precision -> NAMES.contains(name) && precision.label().equals(name))
        .findFirst();
  }

  /** Type of the weights. */
  public ScalarType storage() {
    return storage;
  }

  /** As in settings and answers: {@code float32}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
