package io.github.vanillanet.train.dataset;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** Looks for what would spoil a training: classes that are missing, pictures that leak. */
final class SplitCheck {

  private final ClassFolders folders;
  private final Findings findings;

  SplitCheck(ClassFolders folders, Findings findings) {
    this.folders = folders;
    this.findings = findings;
  }

  void check(
      List<String> classNames,
      SortedMap<String, List<ScannedFile>> training,
      SortedMap<String, List<ScannedFile>> validation,
      SortedMap<String, List<ScannedFile>> test) {
    checkClasses(classNames, training, validation, test);
    Map<Long, List<ScannedFile>> heldOut = new HashMap<>();
    for (List<ScannedFile> images : validation.values()) {
      images.forEach(image -> put(heldOut, image));
    }
    checkLeaks(training, heldOut);
    Map<Long, List<ScannedFile>> last = new HashMap<>();
    for (List<ScannedFile> images : test.values()) {
      images.forEach(image -> put(last, image));
    }
    checkLeaks(training, last);
    checkLeaks(validation, last);
  }

  private void checkClasses(
      List<String> classNames,
      SortedMap<String, List<ScannedFile>> training,
      SortedMap<String, List<ScannedFile>> validation,
      SortedMap<String, List<ScannedFile>> test) {
    List<String> learnable = new ArrayList<>();
    boolean validated = false;
    for (String name : classNames) {
      boolean trains = !training.getOrDefault(name, List.of()).isEmpty();
      boolean validates = !validation.getOrDefault(name, List.of()).isEmpty();
      boolean tests = !test.getOrDefault(name, List.of()).isEmpty();
      if (trains) {
        learnable.add(name);
      }
      validated |= validates;
      if (!trains && !validates && !tests) {
        findings.add(Finding.Kind.EMPTY_CLASS, name);
      } else if (trains != validates) {
        findings.add(Finding.Kind.CLASS_IN_ONE_SPLIT, name);
      }
    }
    if (learnable.isEmpty()) {
      findings.add(Finding.Kind.NO_TRAINING_IMAGES, "no class folder has an image to train on");
    } else if (learnable.size() == 1) {
      findings.add(Finding.Kind.TOO_FEW_CLASSES, "only " + learnable.get(0) + " has images");
    }
    if (!validated) {
      findings.add(Finding.Kind.NO_VALIDATION_IMAGES, "no class has an image to validate on");
    }
  }

  private void checkLeaks(
      SortedMap<String, List<ScannedFile>> seen, Map<Long, List<ScannedFile>> heldOut) {
    for (List<ScannedFile> images : seen.values()) {
      for (ScannedFile image : images) {
        for (ScannedFile twin : heldOut.getOrDefault(image.fingerprint(), List.of())) {
          if (areCopies(image, twin)) {
            break; // a set of a thousand copies is not compared a million times
          }
        }
      }
    }
  }

  private boolean areCopies(ScannedFile image, ScannedFile twin) {
    try {
      if (image.sameContentAs(twin)) {
        findings.add(
            Finding.Kind.DUPLICATE_ACROSS_SPLITS,
            folders.relative(image.file()) + " = " + folders.relative(twin.file()));
        return true;
      }
    } catch (IOException e) { // it went away since it was scanned
      findings.add(Finding.Kind.UNREADABLE_FILE, folders.relative(image.file()));
    }
    return false;
  }

  private static void put(Map<Long, List<ScannedFile>> index, ScannedFile image) {
    index.computeIfAbsent(image.fingerprint(), unused -> new ArrayList<>(1)).add(image);
  }
}
