package io.github.vanillanet.train.dataset;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Collects findings during one scan, with a bounded number of examples. One thread. */
final class Findings {

  private static final int MOST_EXAMPLES = 20;

  private final Map<Finding.Kind, List<String>> examples = new EnumMap<>(Finding.Kind.class);
  private final Map<Finding.Kind, Integer> counts = new EnumMap<>(Finding.Kind.class);

  void add(Finding.Kind kind, String example) {
    counts.merge(kind, 1, Integer::sum);
    List<String> shown = examples.computeIfAbsent(kind, unused -> new ArrayList<>());
    if (shown.size() < MOST_EXAMPLES) {
      shown.add(example);
    }
  }

  List<Finding> toList() {
    return counts.entrySet().stream()
        .map(entry -> new Finding(entry.getKey(), entry.getValue(), examples.get(entry.getKey())))
        .toList();
  }
}
