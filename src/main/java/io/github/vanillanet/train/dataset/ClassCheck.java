package io.github.vanillanet.train.dataset;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Adds the findings about classes. One thread.
 *
 * @param scanned all files of the layout
 * @param kept the images that are used, by split, then by class
 */
record ClassCheck(
    List<ScannedFile> scanned,
    Map<Split, SortedMap<String, List<ScannedFile>>> kept,
    Findings findings) {

  private static final int FEW_IMAGES = 10;
  private static final int IMBALANCE = 3;

  void run() {
    if (findings.has(Finding.Kind.UNKNOWN_LAYOUT) || findings.has(Finding.Kind.NESTED_CLASSES)) {
      return; // without files, everything below would be reported too
    }
    List.of(Split.TRAINING, Split.VALIDATION).forEach(this::filesOfClasses);
    otherSplits();
    numbers();
  }

  private SortedMap<String, List<ScannedFile>> kept(Split split) {
    return kept.getOrDefault(split, new TreeMap<>());
  }

  private boolean trains(String className) {
    return kept(Split.TRAINING).containsKey(className);
  }

  /** Classes whose files of a split, or most of them, cannot be used. */
  private void filesOfClasses(Split split) {
    SortedMap<String, List<ScannedFile>> listed = new TreeMap<>();
    for (ScannedFile file : scanned) {
      if (file.listed().split() == split) {
        listed.computeIfAbsent(file.listed().className(), it -> new ArrayList<>()).add(file);
      }
    }
    listed.forEach(
        (name, files) -> {
          long unreadable = files.stream().filter(file -> file.problem().isPresent()).count();
          boolean used = kept(split).containsKey(name);
          boolean empty = !used && (unreadable > 0 || split == Split.TRAINING);
          if (empty || 2 * unreadable > files.size()) {
            findings.add(
                Finding.Kind.UNUSABLE_CLASS,
                "%s: %s of its %d %s files can be used%s"
                    .formatted(
                        name,
                        used ? "only " + (files.size() - unreadable) : "none",
                        files.size(),
                        split.label(),
                        reasons(files)));
          }
        });
  }

  private static String reasons(Collection<ScannedFile> files) {
    Map<String, Long> counts =
        files.stream()
            .flatMap(file -> file.problem().stream())
            .collect(
                Collectors.groupingBy(
                    problem -> problem.reason().replaceAll(" of \\d+ bytes", ""),
                    TreeMap::new,
                    Collectors.counting()));
    return counts.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .limit(1)
        .map(reason -> " (%d × %s)".formatted(reason.getValue(), reason.getKey()))
        .collect(Collectors.joining());
  }

  private void otherSplits() {
    for (Split split : List.of(Split.VALIDATION, Split.TEST)) {
      for (String name : kept(split).keySet()) {
        if (!trains(name) && !isListed(Split.TRAINING, name)) {
          findings.add(
              Finding.Kind.CLASS_NOT_TRAINED,
              "%s has %s images, but no training images".formatted(name, split.label()));
        }
      }
    }
    for (String name : kept(Split.TRAINING).keySet()) {
      if (!kept(Split.VALIDATION).containsKey(name)) {
        findings.add(Finding.Kind.CLASS_NOT_VALIDATED, name);
      }
    }
  }

  private boolean isListed(Split split, String className) {
    return scanned.stream()
        .map(ScannedFile::listed)
        .anyMatch(file -> file.split() == split && file.className().equals(className));
  }

  private void numbers() {
    Map<String, Integer> counts = new HashMap<>();
    kept(Split.TRAINING).forEach((name, images) -> counts.put(name, images.size()));
    if (counts.isEmpty()) {
      findings.add(Finding.Kind.NO_TRAINING_IMAGES, "no class has an image for training");
      return;
    }
    if (counts.size() == 1) {
      findings.add(
          Finding.Kind.TOO_FEW_CLASSES,
          "only %s has training images, expected at least two classes"
              .formatted(counts.keySet().iterator().next()));
    }
    if (kept(Split.VALIDATION).isEmpty()) {
      findings.add(
          Finding.Kind.NO_VALIDATION_IMAGES,
          "no class has an image for validation, expected a folder val or two images in a class");
    }
    kept(Split.TRAINING)
        .forEach(
            (name, images) -> {
              if (images.size() < FEW_IMAGES) {
                findings.add(
                    Finding.Kind.FEW_IMAGES,
                    "%s: %d training images".formatted(name, images.size()));
              }
            });
    Map.Entry<String, Integer> most =
        counts.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
    Map.Entry<String, Integer> least =
        counts.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow();
    if (most.getValue() >= IMBALANCE * least.getValue()) {
      findings.add(
          Finding.Kind.IMBALANCE,
          "%s has %d training images, %s has %d"
              .formatted(most.getKey(), most.getValue(), least.getKey(), least.getValue()));
    }
  }
}
