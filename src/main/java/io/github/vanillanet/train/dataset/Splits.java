package io.github.vanillanet.train.dataset;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Images for training, validation and test, each by class name. */
record Splits(
    SortedMap<String, List<ScannedFile>> training,
    SortedMap<String, List<ScannedFile>> validation,
    SortedMap<String, List<ScannedFile>> test) {

  /** Classes of every split, sorted, including those without images. */
  List<String> classNames() {
    SortedSet<String> names = new TreeSet<>(training.keySet());
    names.addAll(validation.keySet());
    names.addAll(test.keySet());
    return List.copyOf(names);
  }

  /** Adds findings for missing classes and for images that occur in more than one split. */
  void check(ClassFolders folders) {
    checkClasses(folders);
    Map<Long, List<ScannedFile>> validated = byFingerprint(validation);
    Map<Long, List<ScannedFile>> tested = byFingerprint(test);
    checkCopies(training, validated, folders);
    checkCopies(training, tested, folders);
    checkCopies(validation, tested, folders);
  }

  private void checkClasses(ClassFolders folders) {
    List<String> trained = new ArrayList<>();
    for (String name : classNames()) {
      boolean trains = hasImages(training, name);
      boolean validates = hasImages(validation, name);
      if (trains) {
        trained.add(name);
      }
      if (!trains && !validates && !hasImages(test, name)) {
        folders.add(Finding.Kind.EMPTY_CLASS, name);
      } else if (trains != validates) {
        folders.add(Finding.Kind.CLASS_IN_ONE_SPLIT, name);
      }
    }
    if (trained.isEmpty()) {
      folders.add(Finding.Kind.NO_TRAINING_IMAGES, "no class folder has a training image");
    } else if (trained.size() == 1) {
      folders.add(Finding.Kind.TOO_FEW_CLASSES, "only " + trained.get(0) + " has training images");
    }
    if (validation.values().stream().allMatch(List::isEmpty)) {
      folders.add(Finding.Kind.NO_VALIDATION_IMAGES, "no class folder has a validation image");
    }
  }

  private static boolean hasImages(SortedMap<String, List<ScannedFile>> split, String name) {
    return !split.getOrDefault(name, List.of()).isEmpty();
  }

  private static Map<Long, List<ScannedFile>> byFingerprint(
      SortedMap<String, List<ScannedFile>> split) {
    return split.values().stream()
        .flatMap(List::stream)
        .collect(Collectors.groupingBy(ScannedFile::fingerprint));
  }

  private static void checkCopies(
      SortedMap<String, List<ScannedFile>> split,
      Map<Long, List<ScannedFile>> other,
      ClassFolders folders) {
    for (List<ScannedFile> images : split.values()) {
      for (ScannedFile image : images) {
        for (ScannedFile twin : other.getOrDefault(image.fingerprint(), List.of())) {
          if (areCopies(image, twin, folders)) {
            break; // one finding per image: a thousand copies are not compared a million times
          }
        }
      }
    }
  }

  private static boolean areCopies(ScannedFile image, ScannedFile twin, ClassFolders folders) {
    String name = folders.relative(image.file());
    try {
      if (image.sameContentAs(twin)) {
        folders.add(
            Finding.Kind.DUPLICATE_ACROSS_SPLITS, name + " = " + folders.relative(twin.file()));
        return true;
      }
    } catch (IOException e) { // the file was deleted after the scan
      folders.add(Finding.Kind.UNREADABLE_FILE, name);
    }
    return false;
  }
}
