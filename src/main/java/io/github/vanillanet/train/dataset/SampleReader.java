package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Decodes the samples of one list, remembers which are damaged, and keeps as many decoded pictures
 * as fit into a bound. Made once per list and shared by the loaders of every epoch. Thread-safe.
 */
public final class SampleReader {

  /** Of a cached picture besides its pixels: the record, the array's header, the map's entry. */
  static final int OVERHEAD_BYTES = 128;

  private final List<Sample> samples;
  private final ImageDecoder decoder;
  private final long cacheBytes;
  private final double corruptShare;
  private final Map<Integer, RgbImage> cache = new ConcurrentHashMap<>();
  private final AtomicLong cachedBytes = new AtomicLong();
  private final Map<Integer, CorruptFile> corrupt = new ConcurrentHashMap<>();

  /**
   * @param cacheBytes most memory for decoded pictures, 0 for none; each stays from its first use
   *     on if it fits. 50,000 pictures of 32x32 take 160 MB
   * @param corruptShare share of {@code samples}, 0 to 1, that may turn out damaged
   */
  public SampleReader(
      List<Sample> samples, ImageDecoder decoder, long cacheBytes, double corruptShare) {
    if (!(corruptShare >= 0 && corruptShare <= 1) || cacheBytes < 0) {
      throw new IllegalArgumentException(
          "expected a share of 0 to 1 and a cache of 0 bytes or more, found %s and %d"
              .formatted(corruptShare, cacheBytes));
    }
    this.samples = List.copyOf(samples);
    this.decoder = decoder;
    this.cacheBytes = cacheBytes;
    this.corruptShare = corruptShare;
  }

  public int size() {
    return samples.size();
  }

  public Sample sample(int index) {
    return samples.get(index);
  }

  /**
   * The decoded picture, or empty if its file is damaged.
   *
   * @throws ServiceException {@code BAD_DATASET} if more files are damaged than allowed
   */
  Optional<RgbImage> read(int index) {
    if (corrupt.containsKey(index)) {
      return Optional.empty();
    }
    Optional<RgbImage> cached = Optional.ofNullable(cache.get(index));
    if (cached.isPresent()) {
      return cached;
    }
    Sample sample = samples.get(index);
    try {
      RgbImage decoded = decoder.decode(Files.readAllBytes(sample.file()));
      keep(index, decoded);
      return Optional.of(decoded);
    } catch (ServiceException e) {
      skip(index, new CorruptFile(sample.file(), e.getMessage()));
    } catch (IOException e) {
      skip(index, new CorruptFile(sample.file(), e.toString()));
    }
    return Optional.empty();
  }

  /** The damaged files met so far, by path. */
  public List<CorruptFile> corruptFiles() {
    return corrupt.values().stream().sorted(Comparator.comparing(CorruptFile::file)).toList();
  }

  private void keep(int index, RgbImage decoded) {
    long bytes = decoded.rgb().length + OVERHEAD_BYTES;
    // Reserved first, so that many threads together stay below the bound.
    boolean fits = cachedBytes.addAndGet(bytes) <= cacheBytes;
    if (!fits || cache.putIfAbsent(index, decoded) != null) {
      cachedBytes.addAndGet(-bytes);
    }
  }

  private void skip(int index, CorruptFile file) {
    corrupt.put(index, file);
    int count = corrupt.size();
    if (count > corruptShare * samples.size()) {
      throw new ServiceException(
          ErrorCode.BAD_DATASET,
          "%d of %d files are damaged, at most %s %% may be; the last one is %s: %s"
              .formatted(count, samples.size(), 100 * corruptShare, file.file(), file.reason()));
    }
  }
}
