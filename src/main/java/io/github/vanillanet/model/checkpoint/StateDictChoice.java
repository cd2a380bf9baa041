package io.github.vanillanet.model.checkpoint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The state dict of a checkpoint.
 *
 * @param key empty if the file itself is the state dict
 * @param tensors by name in file order, {@code module.} prefixes removed
 */
record StateDictChoice(String key, Map<String, TensorRef> tensors) {

  private static final List<String> USUAL_KEYS =
      List.of("model_ema", "model", "module", "state_dict");
  private static final String PARALLEL_PREFIX = "module.";
  private static final String METADATA = "_metadata";
  private static final int MAX_TENSORS = 50_000;

  static StateDictChoice of(Object root, Optional<String> wanted) {
    if (!(root instanceof PickleDict file)) {
      throw Rejection.of("expected a dict in the file, found %s", Rejection.kind(root));
    }
    if (wanted.isPresent()) {
      return named(file, wanted.get());
    }
    for (String usual : USUAL_KEYS) {
      // A bare state dict may have a parameter with this name. An unused EMA is saved as None.
      Object value = file.get(usual).orElse(Unpickler.NONE);
      if (value != Unpickler.NONE && !(value instanceof TensorRef)) {
        return named(file, usual);
      }
    }
    return new StateDictChoice("", tensors("the file", file));
  }

  private static StateDictChoice named(PickleDict file, String key) {
    Object value =
        file.get(key)
            .orElseThrow(
                () ->
                    Rejection.of(
                        "expected a key %s, found only: %s",
                        Rejection.quote(key), Rejection.list(names(file))));
    if (!(value instanceof PickleDict dict)) {
      throw Rejection.of(
          "expected a state dict under %s, found %s", Rejection.quote(key), Rejection.kind(value));
    }
    return new StateDictChoice(key, tensors(Rejection.quote(key), dict));
  }

  private static Map<String, TensorRef> tensors(String where, PickleDict dict) {
    if (dict.entries().size() > MAX_TENSORS) {
      throw Rejection.of(
          "%s: expected at most %d tensors, found %d", where, MAX_TENSORS, dict.entries().size());
    }
    Map<String, TensorRef> tensors = new LinkedHashMap<>();
    List<String> others = new ArrayList<>();
    dict.entries()
        .forEach(
            (key, value) -> {
              if (key instanceof String name && value instanceof TensorRef tensor) {
                tensors.put(name, tensor);
              } else if (!METADATA.equals(key)) {
                String name = key instanceof String text ? text : "a key that is not a string";
                others.add(Rejection.quote(name) + " (" + Rejection.kind(value) + ')');
              }
            });
    if (!others.isEmpty()) {
      throw Rejection.of(
          "%s: expected only tensors, found other values: %s", where, Rejection.list(others));
    }
    if (tensors.isEmpty()) {
      throw Rejection.of("%s: expected tensors, found none", where);
    }
    return withoutPrefix(tensors);
  }

  private static List<String> names(PickleDict dict) {
    return dict.entries().keySet().stream()
        .map(key -> key instanceof String name ? name : "(not a string)")
        .toList();
  }

  private static Map<String, TensorRef> withoutPrefix(Map<String, TensorRef> tensors) {
    if (!tensors.keySet().stream().allMatch(name -> name.startsWith(PARALLEL_PREFIX))) {
      return tensors;
    }
    Map<String, TensorRef> stripped = new LinkedHashMap<>();
    tensors.forEach((name, t) -> stripped.put(name.substring(PARALLEL_PREFIX.length()), t));
    return stripped;
  }
}
