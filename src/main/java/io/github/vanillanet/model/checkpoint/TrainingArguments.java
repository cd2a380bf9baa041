package io.github.vanillanet.model.checkpoint;

import java.math.BigInteger;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The simple values of the command line that a checkpoint was trained with. */
final class TrainingArguments {

  private static final String NAMESPACE = "argparse.Namespace";

  private TrainingArguments() {}

  /** From a Namespace or a dict; empty for any other value. Unmodifiable. */
  static Map<String, Object> of(Object arguments) {
    Object attributes =
        arguments instanceof PickleObject object && object.type().toString().equals(NAMESPACE)
            ? object.state()
            : arguments;
    Map<String, Object> simple = new LinkedHashMap<>();
    if (attributes instanceof PickleDict dict) {
      dict.entries()
          .forEach(
              (key, value) -> {
                if (key instanceof String name && isSimple(value)) {
                  simple.put(name, value);
                }
              });
    }
    return Collections.unmodifiableMap(simple);
  }

  private static boolean isSimple(Object value) {
    return value instanceof String
        || value instanceof Long
        || value instanceof Double
        || value instanceof Boolean
        || value instanceof BigInteger;
  }
}
