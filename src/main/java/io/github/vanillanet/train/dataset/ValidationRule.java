package io.github.vanillanet.train.dataset;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Where the validation samples come from. Test images are never among them.
 *
 * @param fraction share of the training images of each class that a split takes, between 0 and 1
 * @param least images of each class that a split takes, unless they are more than a quarter of it:
 *     with very few validation images, no accuracy can be distinguished from chance
 * @param seed of the choice
 */
public record ValidationRule(Source source, double fraction, int least, long seed) {

  private static final int LARGEST_PART = 4;

  public enum Source {
    /** The folder for validation, otherwise a split of the training images. */
    FOLDER_IF_PRESENT,
    /** Always a split of the training images. */
    SPLIT_OF_TRAINING
  }

  /**
   * Chooses the validation images of one class by the hash of (seed, content): new files change few
   * choices. If there are two images or more, at least one is chosen and one is not.
   */
  Set<ScannedFile> choose(List<ScannedFile> images) {
    int size = images.size();
    if (size < 2) {
      return Set.of();
    }
    List<ScannedFile> shuffled = new ArrayList<>(images);
    shuffled.sort(
        Comparator.comparingLong(this::hash).thenComparing(image -> image.listed().file()));
    long wanted = Math.max(Math.round(size * fraction), Math.min(least, size / LARGEST_PART));
    int count = (int) Math.max(1, Math.min(wanted, size - 1));
    return new HashSet<>(shuffled.subList(0, count));
  }

  private long hash(ScannedFile image) {
    long content = Long.parseUnsignedLong(image.digest(), 0, 2 * Long.BYTES, 16);
    return RandomStreams.mix(RandomStreams.mix(seed) ^ content);
  }
}
