package io.github.vanillanet.train.experiment;

/** What the paper's tables say about two configurations: the first one is more accurate. */
public enum Claim {
  DEEP_HELPS(
      "deep training helps without series activation", Configuration.DEEP, Configuration.PLAIN),
  SERIES_HELPS(
      "series activation helps without deep training", Configuration.SERIES, Configuration.PLAIN),
  DEEP_HELPS_SERIES(
      "deep training helps with series activation", Configuration.BOTH, Configuration.SERIES),
  SERIES_HELPS_DEEP(
      "series activation helps with deep training", Configuration.BOTH, Configuration.DEEP),
  SHORTCUT_BEFORE_HURTS(
      "a shortcut before the activation hurts", Configuration.BOTH, Configuration.SHORTCUT_BEFORE),
  SHORTCUT_AFTER_HURTS(
      "a shortcut after the activation hurts", Configuration.BOTH, Configuration.SHORTCUT_AFTER);

  private final String words;
  private final Configuration better;
  private final Configuration worse;

  Claim(String words, Configuration better, Configuration worse) {
    this.words = words;
    this.better = better;
    this.worse = worse;
  }

  public String words() {
    return words;
  }

  public Configuration better() {
    return better;
  }

  public Configuration worse() {
    return worse;
  }

  /** Published difference in percentage points; positive. */
  public double published() {
    return better.published() - worse.published();
  }
}
