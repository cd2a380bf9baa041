package io.github.vanillanet.train.dataset;

import static io.github.vanillanet.base.error.ErrorCode.BAD_DATASET;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.base.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Decodes the samples of one list, records the damaged files, and caches decoded images up to a
 * bound. The batches of all epochs share one reader. Thread-safe.
 */
public final class SampleReader {

  /** Memory of a cached image besides its pixels: the record, the array header, the map entry. */
  static final int OVERHEAD_BYTES = 128;

  /**
   * A file that was skipped because it cannot be decoded.
   *
   * @param reason one line, from the decoder or the file system
   */
  public record CorruptFile(Path file, String reason) {}

  private final List<Sample> samples;
  private final ImageDecoder decoder;
  private final long cacheBytes;
  private final double corruptShare;
  private final Map<Integer, RgbImage> cache = new ConcurrentHashMap<>();
  private final AtomicLong cachedBytes = new AtomicLong();
  private final Map<Integer, CorruptFile> corrupt = new ConcurrentHashMap<>();

  /**
   * @param cacheBytes bound of the cache, 0 for no cache. An image is cached at its first use if it
   *     still fits; only another view of the same image replaces it. 50,000 images of 32x32 take
   *     160 MB
   * @param corruptShare share of {@code samples}, from 0 to 1, that may be damaged
   */
  public SampleReader(
      List<Sample> samples, ImageDecoder decoder, long cacheBytes, double corruptShare) {
    this.samples = List.copyOf(samples);
    this.decoder = decoder;
    this.cacheBytes = cacheBytes;
    this.corruptShare = corruptShare;
  }

  int size() {
    return samples.size();
  }

  Sample sample(int index) {
    return samples.get(index);
  }

  /**
   * The image, or empty if its file is damaged.
   *
   * @param view processing of the decoded image; empty for none. The cache holds the results of the
   *     last view
   */
  Optional<RgbImage> read(int index, Optional<Preprocessing> view) {
    if (corrupt.containsKey(index)) {
      return Optional.empty();
    }
    Optional<RgbImage> cached =
        Optional.ofNullable(cache.get(index)).filter(image -> isOf(image, view));
    if (cached.isPresent()) {
      return cached;
    }
    Path file = samples.get(index).file();
    try {
      RgbImage decoded = decoder.decode(Files.readAllBytes(file), decoder.trainingRules());
      RgbImage image = view.map(processing -> processing.apply(decoded)).orElse(decoded);
      keep(index, image);
      return Optional.of(image);
    } catch (ServiceException e) {
      skip(index, new CorruptFile(file, e.getMessage()));
    } catch (IOException e) {
      skip(index, new CorruptFile(file, e.toString()));
    }
    return Optional.empty();
  }

  /** Views of one reader differ in their size only. */
  private static boolean isOf(RgbImage image, Optional<Preprocessing> view) {
    return view.isEmpty()
        || image.height() == view.get().height() && image.width() == view.get().width();
  }

  /** The damaged files found so far, sorted by path. */
  public List<CorruptFile> corruptFiles() {
    return corrupt.values().stream().sorted(Comparator.comparing(CorruptFile::file)).toList();
  }

  private void keep(int index, RgbImage image) {
    // The bytes are reserved first, so that concurrent threads together stay below the bound.
    release(Optional.ofNullable(cache.remove(index)));
    boolean fits = cachedBytes.addAndGet(bytes(image)) <= cacheBytes;
    release(fits ? Optional.ofNullable(cache.put(index, image)) : Optional.of(image));
  }

  private void release(Optional<RgbImage> image) {
    image.ifPresent(released -> cachedBytes.addAndGet(-bytes(released)));
  }

  private static long bytes(RgbImage image) {
    return image.rgb().length + OVERHEAD_BYTES;
  }

  private void skip(int index, CorruptFile file) {
    corrupt.put(index, file);
    int count = corrupt.size();
    if (count > corruptShare * samples.size()) {
      throw BAD_DATASET.error(
          "%d of %d image files are damaged, at most %s %% are allowed. The last one is"
              + " %s: %s",
          count, samples.size(), 100 * corruptShare, file.file(), file.reason());
    }
  }
}
