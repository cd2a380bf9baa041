package io.github.vanillanet.model.checkpoint;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The tensor names of the net that a file is searched for.
 *
 * @param forms the parameters and buffers of each form of the net, in the order of its layers;
 *     empty if any names fit
 */
public record TensorNames(List<Set<String>> forms) {

  /** Any names fit. */
  public static final TensorNames ANY = new TensorNames(List.of());

  private static final String BATCH_COUNTER = "num_batches_tracked";

  public TensorNames {
    forms = List.copyOf(forms);
  }

  /** The part of a name before the name of the net's first tensor; empty if it is another name. */
  Optional<String> prefix(String name) {
    for (Set<String> form : forms) {
      String first = form.iterator().next();
      if (name.equals(first)) {
        return Optional.of("");
      }
      if (name.endsWith('.' + first)) {
        return Optional.of(name.substring(0, name.length() - first.length() - 1));
      }
    }
    return Optional.empty();
  }

  /**
   * The names beside those of the net. A name like those of the net's own tensors is of another
   * net, and is never ignored.
   *
   * @param ignored names that may be beside them
   * @return empty if a name is missing, or one is extra and not ignored
   */
  Optional<Set<String>> extras(Set<String> names, Predicate<String> ignored) {
    for (Set<String> form : forms) {
      if (names.containsAll(form)) {
        Set<String> extras = new LinkedHashSet<>(names);
        extras.removeAll(form);
        extras.removeIf(name -> name.endsWith('.' + BATCH_COUNTER));
        Set<String> backups = new HashSet<>(); // mmcv keeps the weights before the averaging
        form.forEach(name -> backups.add("ema_" + name.replace('.', '_')));
        if (extras.stream()
            .allMatch(
                name -> backups.contains(name) || !isLikeOwn(name, form) && ignored.test(name))) {
          return Optional.of(extras);
        }
      }
    }
    return Optional.empty();
  }

  /** Whether the first and the last part of a name are among those of the form. */
  private static boolean isLikeOwn(String name, Set<String> form) {
    Set<String> ends = new HashSet<>();
    form.forEach(own -> ends.add(ends(own)));
    return ends.contains(ends(name));
  }

  private static String ends(String name) {
    return name.substring(0, name.indexOf('.') + 1) + name.substring(name.lastIndexOf('.') + 1);
  }
}
