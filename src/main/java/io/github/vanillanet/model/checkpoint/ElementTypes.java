package io.github.vanillanet.model.checkpoint;

import java.util.Map;
import java.util.Optional;

/** Torch's names of element types: storage classes and dtypes. */
final class ElementTypes {

  private static final Map<String, ScalarType> DTYPES =
      Map.ofEntries(
          Map.entry("float32", ScalarType.FLOAT32),
          Map.entry("float", ScalarType.FLOAT32),
          Map.entry("float64", ScalarType.FLOAT64),
          Map.entry("double", ScalarType.FLOAT64),
          Map.entry("float16", ScalarType.FLOAT16),
          Map.entry("half", ScalarType.FLOAT16),
          Map.entry("bfloat16", ScalarType.BFLOAT16),
          Map.entry("int64", ScalarType.INT64),
          Map.entry("long", ScalarType.INT64),
          Map.entry("int32", ScalarType.INT32),
          Map.entry("int", ScalarType.INT32),
          Map.entry("int16", ScalarType.INT16),
          Map.entry("short", ScalarType.INT16),
          Map.entry("int8", ScalarType.INT8),
          Map.entry("uint8", ScalarType.UINT8),
          Map.entry("bool", ScalarType.BOOL));

  private ElementTypes() {}

  /** By storage class ({@code HalfStorage}) or dtype ({@code float16}). */
  static Optional<ScalarType> of(String name) {
    for (ScalarType type : ScalarType.values()) {
      if (type.storageClass().equals(name)) {
        return Optional.of(type);
      }
    }
    return Optional.ofNullable(DTYPES.get(name));
  }
}
