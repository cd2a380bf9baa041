package io.github.vanillanet.model.checkpoint;

import io.github.vanillanet.base.error.ServiceException;
import java.util.ArrayList;
import java.util.Comparator;
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

  static final List<String> USUAL_KEYS = List.of("model_ema", "model", "module", "state_dict");
  private static final int MAX_TENSORS = 50_000;

  static StateDictChoice of(Object root, WeightRequest request) {
    if (request.names().forms().isEmpty()) {
      return PlainStateDict.choose(root, request.key());
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
        .orElseGet(() -> searched(root, request, containers, fitting));
  }

  private static StateDictChoice searched(
      Object root,
      WeightRequest request,
      List<Container> containers,
      List<FittingWeights> fitting) {
    if (fitting.isEmpty()) {
      requireNoExtras(request, containers);
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

  /** Says how to import weights that fit but for extra tensors. */
  private static void requireNoExtras(WeightRequest request, List<Container> containers) {
    for (Container container : containers) {
      for (FittingWeights fit : FittingWeights.in(container, request.names(), name -> true)) {
        throw Rejection.of(
            "the weights %s fit the net, but for extra tensors: %s; leave those out with --ignore"
                + " 'REGEX'",
            fit.shownPath(), Rejection.few(fit.ignored()));
      }
    }
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
      FittingWeights best =
          wanted.size() == 1 ? wanted.get(0) : best(wanted).orElseThrow(() -> ambiguous(fitting));
      return new StateDictChoice(best.container().key(), best.tensors(), best.notes());
    }
    for (Container container : containers) {
      if (container.key().equals(key)) { // reported with the differences from the net
        return new StateDictChoice(
            key, PlainStateDict.withoutPrefix(container.tensors()), List.of());
      }
    }
    if (!fitting.isEmpty()) {
      throw Rejection.of(
          "no weights of the net under %s; --key can be %s", Rejection.quote(key), paths(fitting));
    }
    return PlainStateDict.choose(root, Optional.of(key)); // says what the key has instead
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
                new StateDictChoice(
                    container.key(), PlainStateDict.withoutPrefix(container.tensors()), List.of()))
        .orElseGet(() -> PlainStateDict.choose(root, Optional.empty()));
  }

  private static int rank(Container container) {
    int index = USUAL_KEYS.indexOf(container.key());
    return index >= 0 ? index : container.path().isEmpty() ? USUAL_KEYS.size() : Integer.MAX_VALUE;
  }

  static void requireFew(Container container) {
    if (container.tensors().size() > MAX_TENSORS) {
      throw Rejection.of(
          "%s: expected at most %d tensors, found %d",
          Rejection.quote(container.key()), MAX_TENSORS, container.tensors().size());
    }
  }
}
