package io.github.vanillanet.train.dataset;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The parts of a data set, and the folder names that mean them. */
public enum Split {
  TRAINING("train", "training"),
  /** Decides every choice. */
  VALIDATION("val", "valid", "validation", "dev"),
  /** Is only measured and reported. */
  TEST("test", "testing");

  private final List<String> folders;

  Split(String... folders) {
    this.folders = List.of(folders);
  }

  /** The split that a folder of this name holds, in any case. */
  static Optional<Split> named(String folder) {
    String name = folder.toLowerCase(Locale.ROOT);
    return Arrays.stream(values()).filter(split -> split.folders.contains(name)).findFirst();
  }

  /** {@code training}, {@code validation} or {@code test}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
