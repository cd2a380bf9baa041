package io.github.vanillanet.train.dataset;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Splits the images of one class by the hash of (seed, content). Adding files moves few others, and
 * copies of one picture fall on the same side.
 *
 * @param training in the order given
 * @param validation in the order given
 */
record StratifiedSplit(List<ScannedFile> training, List<ScannedFile> validation) {

  /** Of two images or more, one at least stays on each side, unless all are copies of one. */
  static StratifiedSplit of(List<ScannedFile> images, double fraction, long seed) {
    if (images.size() < 2) {
      return new StratifiedSplit(List.copyOf(images), List.of());
    }
    List<ScannedFile> shuffled = new ArrayList<>(images);
    shuffled.sort(
        Comparator.comparingLong(
                (ScannedFile image) ->
                    RandomStreams.mix(RandomStreams.mix(seed) ^ image.fingerprint()))
            .thenComparing(ScannedFile::file));
    int size = images.size();
    long wanted = Math.round(size * fraction);
    int count = (int) Math.max(1, Math.min(wanted, size - 1));
    while (count < size
        && shuffled.get(count).fingerprint() == shuffled.get(count - 1).fingerprint()) {
      count++;
    }
    Set<ScannedFile> taken = new HashSet<>(shuffled.subList(0, count < size ? count : 0));
    return new StratifiedSplit(
        images.stream().filter(image -> !taken.contains(image)).toList(),
        images.stream().filter(taken::contains).toList());
  }
}
