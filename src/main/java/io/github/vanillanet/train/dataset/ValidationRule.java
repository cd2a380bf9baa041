package io.github.vanillanet.train.dataset;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Where the validation samples come from.
 *
 * @param fraction share of the training images of each class that a split takes, between 0 and 1
 * @param seed of the choice
 */
public record ValidationRule(Source source, double fraction, long seed) {

  public enum Source {
    /** {@code val/}, otherwise {@code test/}, otherwise a split of the training images. */
    FOLDER_IF_PRESENT,
    /** Always a split of the training images; {@code test/} stays unused until the end. */
    SPLIT_OF_TRAINING
  }

  /**
   * Chooses the validation images of one class by the hash of (seed, content): new files change few
   * choices, and copies of one image stay together. If there are two images or more, at least one
   * is chosen and one is not, unless all are copies.
   */
  Set<ScannedFile> choose(List<ScannedFile> images) {
    int size = images.size();
    if (size < 2) {
      return Set.of();
    }
    List<ScannedFile> shuffled = new ArrayList<>(images);
    shuffled.sort(Comparator.comparingLong(this::hash).thenComparing(ScannedFile::file));
    int count = (int) Math.max(1, Math.min(Math.round(size * fraction), size - 1));
    while (count < size
        && shuffled.get(count).fingerprint() == shuffled.get(count - 1).fingerprint()) {
      count++;
    }
    return count < size ? new HashSet<>(shuffled.subList(0, count)) : Set.of();
  }

  private long hash(ScannedFile image) {
    return RandomStreams.mix(RandomStreams.mix(seed) ^ image.fingerprint());
  }
}
