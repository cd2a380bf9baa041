package io.github.vanillanet.model.checkpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Chooses the state dict of a file for any net. It must have tensors only. */
final class PlainStateDict {

  private static final Set<String> PREFIXES =
      Set.of("module", "_orig_mod", "model", "net", "backbone", "encoder");

  private PlainStateDict() {}

  static StateDictChoice choose(Object root, Optional<String> wanted) {
    if (root instanceof PickleObject) { // a pickled module
      return Container.all(root).stream()
          .filter(container -> container.key().equals(wanted.orElse("")))
          .findFirst()
          .map(container -> strict("the file", container))
          .orElseThrow(() -> Rejection.of("expected a dict, found %s", Rejection.kind(root)));
    }
    if (!(root instanceof PickleDict file)) {
      throw Rejection.of("expected a dict in the file, found %s", Rejection.kind(root));
    }
    if (wanted.isPresent()) {
      return under(file, wanted.get());
    }
    for (String usual : StateDictChoice.USUAL_KEYS) {
      // A bare state dict may have a parameter with this name. An unused EMA is saved as None.
      Object value = file.get(usual).orElse(Unpickler.NONE);
      if (value != Unpickler.NONE && !(value instanceof TensorRef)) {
        return under(file, usual);
      }
    }
    return strict("the file", Container.of(List.of(), file));
  }

  private static StateDictChoice under(PickleDict file, String key) {
    Object value = file.get(key).orElse(Unpickler.NONE);
    for (String part : value == Unpickler.NONE ? key.split("\\.") : new String[0]) {
      Object parent = value == Unpickler.NONE ? file : value;
      value = parent instanceof PickleDict dict ? dict.get(part).orElse(null) : null;
      if (value == null) {
        throw Rejection.of(
            "expected a key %s, found only: %s", Rejection.quote(key), Rejection.list(names(file)));
      }
    }
    if (value instanceof PickleDict dict) {
      return strict(Rejection.quote(key), Container.of(List.of(key), dict));
    }
    throw Rejection.of(
        "expected a state dict under %s, found %s", Rejection.quote(key), Rejection.kind(value));
  }

  /** A dict that must have tensors only. */
  private static StateDictChoice strict(String where, Container container) {
    StateDictChoice.requireFew(container);
    if (!container.others().isEmpty()) {
      throw Rejection.of(
          "%s: expected only tensors, found other values: %s",
          where, Rejection.list(container.others()));
    }
    if (container.tensors().isEmpty()) {
      throw Rejection.of("%s: expected tensors, found none", where);
    }
    return new StateDictChoice(container.key(), withoutPrefix(container.tensors()), List.of());
  }

  private static List<String> names(PickleDict dict) {
    return dict.entries().keySet().stream()
        .map(key -> key instanceof String name ? name : "(not a string)")
        .toList();
  }

  /** Removes the first parts of the names, as long as all names share a usual one. */
  static Map<String, TensorRef> withoutPrefix(Map<String, TensorRef> tensors) {
    Map<String, TensorRef> named = tensors;
    while (!named.isEmpty()) {
      String first = named.keySet().iterator().next();
      String prefix = first.substring(0, first.indexOf('.') + 1);
      boolean shared =
          !prefix.isEmpty()
              && PREFIXES.contains(prefix.substring(0, prefix.length() - 1))
              && named.keySet().stream().allMatch(name -> name.startsWith(prefix));
      if (!shared) {
        return named;
      }
      Map<String, TensorRef> stripped = new LinkedHashMap<>();
      named.forEach((name, tensor) -> stripped.put(name.substring(prefix.length()), tensor));
      named = stripped;
    }
    return named;
  }
}
