package io.github.vanillanet.train.dataset;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds files with equal content and keeps at most one of them. */
final class Copies {

  private Copies() {}

  /**
   * Keeps the first copy in test, otherwise in validation, otherwise in training, so that accuracy
   * is measured on unseen images. Keeps none if the copies belong to several classes, because the
   * right class is unknown.
   */
  static List<ScannedFile> removed(List<ScannedFile> images, Findings findings) {
    Map<String, List<ScannedFile>> byDigest = new LinkedHashMap<>();
    for (ScannedFile image : images) {
      byDigest.computeIfAbsent(image.digest(), it -> new ArrayList<>()).add(image);
    }
    return images.stream()
        .filter(image -> isKept(image, byDigest.get(image.digest()), findings))
        .toList();
  }

  private static boolean isKept(ScannedFile image, List<ScannedFile> copies, Findings findings) {
    ListedFile listed = image.listed();
    Optional<ScannedFile> contrary =
        copies.stream()
            .filter(it -> !it.listed().className().equals(listed.className()))
            .findFirst();
    if (contrary.isPresent()) {
      drop(listed, contrary.get(), Finding.Kind.CONFLICTING_LABELS, findings);
      return false;
    }
    ScannedFile kept = copies.get(0);
    for (ScannedFile copy : copies) {
      kept = copy.listed().split().compareTo(kept.listed().split()) > 0 ? copy : kept;
    }
    if (kept != image) {
      boolean leaks = kept.listed().split() != listed.split();
      drop(listed, kept, leaks ? Finding.Kind.LEAKAGE : Finding.Kind.DUPLICATE, findings);
    }
    return kept == image;
  }

  private static void drop(
      ListedFile file, ScannedFile copy, Finding.Kind kind, Findings findings) {
    findings.drop(
        file.file(), kind, "the same content as " + findings.relative(copy.listed().file()));
  }
}
