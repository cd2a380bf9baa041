package io.github.vanillanet.model.checkpoint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Tensors in a container whose names are those of the net after a common prefix.
 *
 * @param prefix dotted, without the last dot; empty for none
 * @param tensors the net's tensors by their official names
 * @param ignored names of extra tensors that are left out
 * @param beside names of the container's tensors without the prefix
 */
record FittingWeights(
    Container container,
    String prefix,
    Map<String, TensorRef> tensors,
    Set<String> ignored,
    List<String> beside) {

  /** Keys and prefixes that do not say which of several nets the weights belong to. */
  private static final Set<String> NEUTRAL =
      Set.of(
          "model",
          "module",
          "state_dict",
          "net",
          "backbone",
          "encoder",
          "_orig_mod",
          "_forward_module",
          "_fsdp_wrapped_module");

  /** Modules that wrap a submodule and add their name in the middle. */
  private static final Set<String> WRAPPERS =
      Set.of("_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module");

  private static final Set<String> AVERAGED =
      Set.of("ema", "averaged", "average", "avg", "swa", "shadow");
  private static final Pattern WORD_BORDER =
      Pattern.compile("[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])");

  /** All places of the net's weights in a container. */
  static List<FittingWeights> in(
      Container container, TensorNames names, Predicate<String> ignored) {
    List<FittingWeights> found = in(container, container.tensors(), names, ignored);
    return found.isEmpty()
        ? withoutWrappers(container.tensors())
            .map(unwrapped -> in(container, unwrapped, names, ignored))
            .orElse(List.of())
        : found;
  }

  private static List<FittingWeights> in(
      Container container,
      Map<String, TensorRef> tensors,
      TensorNames names,
      Predicate<String> ignored) {
    Set<String> prefixes = new LinkedHashSet<>();
    tensors.keySet().forEach(name -> names.prefix(name).ifPresent(prefixes::add));
    List<FittingWeights> found = new ArrayList<>();
    for (String prefix : prefixes) {
      Map<String, TensorRef> stripped = new LinkedHashMap<>();
      List<String> beside = new ArrayList<>();
      String start = prefix.isEmpty() ? "" : prefix + '.';
      tensors.forEach(
          (name, tensor) -> {
            if (name.startsWith(start)) {
              stripped.put(name.substring(start.length()), tensor);
            } else {
              beside.add(name);
            }
          });
      names
          .extras(stripped.keySet(), ignored)
          .ifPresent(
              extras -> {
                stripped.keySet().removeAll(extras);
                found.add(new FittingWeights(container, prefix, stripped, extras, beside));
              });
    }
    return found;
  }

  private static Optional<Map<String, TensorRef>> withoutWrappers(Map<String, TensorRef> tensors) {
    Map<String, TensorRef> unwrapped = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          List<String> parts = new ArrayList<>(List.of(name.split("\\.", -1)));
          parts.removeAll(WRAPPERS);
          unwrapped.put(String.join(".", parts), tensor);
        });
    boolean same = unwrapped.keySet().equals(tensors.keySet());
    return same || unwrapped.size() != tensors.size() ? Optional.empty() : Optional.of(unwrapped);
  }

  /** The dotted path of the weights, prefix included; the empty string for the whole file. */
  String path() {
    return String.join(".", parts());
  }

  /** {@code under PATH}, or {@code without a key}. */
  String shownPath() {
    return path().isEmpty() ? "without a key" : "under " + Rejection.quote(path());
  }

  private List<String> parts() {
    List<String> parts = new ArrayList<>(container.path());
    if (!prefix.isEmpty()) {
      parts.addAll(Arrays.asList(prefix.split("\\.", -1)));
    }
    return parts;
  }

  /** Whether a key or a prefix says that these weights are averages over the training. */
  boolean averaged() {
    return parts().stream().anyMatch(FittingWeights::saysAveraged);
  }

  static boolean saysAveraged(String part) {
    return Arrays.stream(WORD_BORDER.split(part))
        .anyMatch(word -> AVERAGED.contains(word.toLowerCase(Locale.ROOT)));
  }

  /** Whether the file is likely to have these weights for the net, and no others. */
  boolean usual() {
    return NEUTRAL.containsAll(parts());
  }

  /** What was done to the names and left out, one line each. */
  List<String> notes() {
    List<String> notes = new ArrayList<>();
    if (!prefix.isEmpty()) {
      notes.add("removed the prefix %s. from the names".formatted(Rejection.quote(prefix)));
    }
    String start = prefix.isEmpty() ? "" : prefix + '.';
    if (!tensors.keySet().stream()
        .allMatch(name -> container.tensors().containsKey(start + name))) {
      notes.add("removed the names of wrapping modules from the names");
    }
    note(notes, "ignored extra tensors: ", ignored);
    note(notes, "left out tensors beside the net: ", beside);
    note(notes, "left out values that are not tensors: ", container.others());
    return notes;
  }

  private static void note(List<String> notes, String what, Collection<String> names) {
    if (!names.isEmpty()) {
      notes.add(what + Rejection.few(names));
    }
  }
}
