package io.github.vanillanet.model.checkpoint;

import io.github.vanillanet.base.error.ServiceException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The state dict of a checkpoint.
 *
 * @param key dotted path of the dict; empty if the file itself is the state dict
 * @param tensors by name in file order, without a common prefix
 * @param notes what was chosen, renamed and left out, one line each
 */
record StateDictChoice(String key, Map<String, TensorRef> tensors, List<String> notes) {

  static final Set<String> METADATA = Set.of("_metadata", SafetensorsHeader.METADATA);

  private static final List<String> USUAL_KEYS =
      List.of("model_ema", "model", "module", "state_dict");
  private static final Set<String> PREFIXES =
      Set.of("module", "_orig_mod", "model", "net", "backbone", "encoder");
  private static final int MAX_TENSORS = 50_000;

  static StateDictChoice of(Object root, WeightRequest request) {
    if (request.names().forms().isEmpty()) {
      return ofAnyNet(root, request.key());
    }
    List<Container> containers = Container.all(root);
    List<FittingWeights> fitting = new ArrayList<>();
    for (Container container : containers) {
      requireFew(container);
      fitting.addAll(FittingWeights.in(container, request.names(), request.ignored()));
    }
    return request
        .key()
        .map(key -> named(root, key, containers, fitting))
        .orElseGet(() -> searched(root, containers, fitting));
  }

  private static StateDictChoice searched(
      Object root, List<Container> containers, List<FittingWeights> fitting) {
    if (fitting.isEmpty()) {
      return closest(root, containers);
    }
    List<FittingWeights> candidates = withoutSwapped(root, fitting);
    FittingWeights best = best(candidates).orElseThrow(() -> ambiguous(fitting));
    List<String> notes = new ArrayList<>();
    List<String> rejected =
        fitting.stream()
            .filter(weights -> !weights.tensors().equals(best.tensors()))
            .map(FittingWeights::shownPath)
            .toList();
    if (best.averaged()) {
      notes.add("used the averaged weights " + best.shownPath() + but(rejected));
    } else if (candidates.size() < fitting.size()) {
      notes.add(
          "used the weights %s, which MMEngine has averaged%s"
              .formatted(best.shownPath(), but(rejected)));
    } else if (!rejected.isEmpty()) {
      notes.add("used the weights " + best.shownPath() + but(rejected));
    }
    containers.stream()
        .filter(container -> container.path().stream().anyMatch(FittingWeights::saysAveraged))
        .filter(container -> container.tensors().size() > 1 && !best.averaged())
        .filter(container -> fitting.stream().noneMatch(it -> it.container().equals(container)))
        .findFirst()
        .ifPresent(
            container ->
                notes.add(
                    "did not use the averaged tensors under %s: their names do not fit the net"
                        .formatted(Rejection.quote(container.key()))));
    notes.addAll(best.notes());
    return new StateDictChoice(best.container().key(), best.tensors(), notes);
  }

  private static String but(List<String> rejected) {
    return rejected.isEmpty() ? "" : ", not those " + Rejection.few(rejected);
  }

  private static StateDictChoice named(
      Object root, String key, List<Container> containers, List<FittingWeights> fitting) {
    List<FittingWeights> wanted = at(key, FittingWeights::path, fitting);
    if (wanted.isEmpty()) {
      wanted = at(key, weights -> weights.container().key(), fitting);
    }
    if (!wanted.isEmpty()) {
      FittingWeights best = best(wanted).orElseThrow(() -> ambiguous(fitting));
      return new StateDictChoice(best.container().key(), best.tensors(), best.notes());
    }
    for (Container container : containers) {
      if (container.key().equals(key)) { // reported with the differences from the net
        return new StateDictChoice(key, withoutPrefix(container.tensors()), List.of());
      }
    }
    if (!fitting.isEmpty()) {
      throw Rejection.of(
          "no weights of the net under %s; --key can be %s", Rejection.quote(key), paths(fitting));
    }
    return ofAnyNet(root, Optional.of(key)); // says what the key has instead
  }

  private static List<FittingWeights> at(
      String key, Function<FittingWeights, String> path, List<FittingWeights> fitting) {
    List<FittingWeights> found =
        fitting.stream().filter(weights -> path.apply(weights).equals(key)).toList();
    return found.size() == 1 || found.stream().noneMatch(FittingWeights::usual)
        ? found
        : found.stream().filter(weights -> weights.usual() || weights.averaged()).toList();
  }

  /**
   * MMEngine stores the averaged weights as {@code state_dict} and the others as {@code
   * ema_state_dict}.
   *
   * @see <a href="https://github.com/open-mmlab/mmengine/blob/main/mmengine/hooks/ema_hook.py">its
   *     EMAHook</a>
   */
  private static List<FittingWeights> withoutSwapped(Object root, List<FittingWeights> fitting) {
    boolean swapped =
        root instanceof PickleDict file
            && (file.get("message_hub").isPresent()
                || file.get("meta").orElse(Unpickler.NONE) instanceof PickleDict meta
                    && meta.get("mmengine_version").isPresent());
    List<FittingWeights> others =
        fitting.stream()
            .filter(weights -> !weights.container().key().equals("ema_state_dict"))
            .toList();
    return swapped && !others.isEmpty() ? others : fitting;
  }

  /** The averaged weights if there are any, otherwise those under the first usual key. */
  private static Optional<FittingWeights> best(List<FittingWeights> fitting) {
    if (fitting.size() == 1 && fitting.get(0).averaged()) {
      return Optional.of(fitting.get(0));
    }
    boolean averaged = fitting.stream().anyMatch(FittingWeights::averaged);
    List<FittingWeights> candidates =
        fitting.stream()
            .filter(averaged ? FittingWeights::averaged : FittingWeights::usual)
            .toList();
    int first = candidates.stream().mapToInt(StateDictChoice::rank).min().orElse(0);
    List<FittingWeights> firsts =
        candidates.stream().filter(weights -> rank(weights) == first).toList();
    boolean same =
        firsts.stream().allMatch(weights -> weights.tensors().equals(firsts.get(0).tensors()));
    return same ? firsts.stream().findFirst() : Optional.empty();
  }

  private static int rank(FittingWeights weights) {
    List<String> path = weights.container().path();
    int index = path.isEmpty() ? -1 : USUAL_KEYS.indexOf(path.get(0));
    return index < 0 ? USUAL_KEYS.size() : index;
  }

  private static ServiceException ambiguous(List<FittingWeights> fitting) {
    return Rejection.of(
        "expected the weights under one of %s, or averaged ones; choose them with --key %s",
        String.join(", ", USUAL_KEYS), paths(fitting));
  }

  private static String paths(List<FittingWeights> fitting) {
    return Rejection.list(fitting.stream().map(FittingWeights::path).distinct().toList())
        .replace(", ", " or ");
  }

  /** The tensors that look most like the net's, so that the caller can report the differences. */
  private static StateDictChoice closest(Object root, List<Container> containers) {
    return containers.stream()
        .min(Comparator.comparingInt(StateDictChoice::rank))
        .map(
            container ->
                new StateDictChoice(container.key(), withoutPrefix(container.tensors()), List.of()))
        .orElseGet(() -> ofAnyNet(root, Optional.empty()));
  }

  private static int rank(Container container) {
    int index = USUAL_KEYS.indexOf(container.key());
    return index >= 0 ? index : container.path().isEmpty() ? USUAL_KEYS.size() : Integer.MAX_VALUE;
  }

  private static StateDictChoice ofAnyNet(Object root, Optional<String> wanted) {
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
    for (String usual : USUAL_KEYS) {
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
    requireFew(container);
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

  private static void requireFew(Container container) {
    if (container.tensors().size() > MAX_TENSORS) {
      throw Rejection.of(
          "%s: expected at most %d tensors, found %d",
          Rejection.quote(container.key()), MAX_TENSORS, container.tensors().size());
    }
  }

  private static List<String> names(PickleDict dict) {
    return dict.entries().keySet().stream()
        .map(key -> key instanceof String name ? name : "(not a string)")
        .toList();
  }

  /** Removes the first parts of the names, as long as all names share a usual one. */
  private static Map<String, TensorRef> withoutPrefix(Map<String, TensorRef> tensors) {
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
