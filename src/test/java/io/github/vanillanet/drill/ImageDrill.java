package io.github.vanillanet.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.image.JpegDecoder;
import io.github.vanillanet.base.image.RgbImage;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Decodes mutated images of all formats with both JPEG decoders. Each is decoded or rejected with
 * the right code, in bounded time and memory.
 */
class ImageDrill {

  private static final int IMAGES = 100_000;
  private static final long MINUTES = 15;
  private static final int IMAGES_OF_A_SEED = 10_000;
  private static final long MAX_PIXELS = 25_000_000;

  /** An accepted image takes at most two seconds on a processor that does nothing else. */
  private static final Duration LONGEST = Duration.ofSeconds(6);

  private static final Set<ErrorCode> REJECTIONS =
      EnumSet.of(ErrorCode.UNDECODABLE_IMAGE, ErrorCode.UNSUPPORTED_IMAGE, ErrorCode.TOO_LARGE);
  private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

  private final Map<ErrorCode, Integer> rejected = new EnumMap<>(ErrorCode.class);
  private final Map<String, Integer> decoded = new TreeMap<>();
  private long longestNanos;
  private String slowest = "none";

  @Test
  void everyMutatedImageIsDecodedOrRejected() throws IOException {
    Drill drill = Drill.start("images", IMAGES, MINUTES);
    List<JpegDecoder> decoders = List.of(JpegDecoder.of("turbojpeg"), JpegDecoder.imageIo());
    long process = ProcessHandle.current().pid();
    Usage early = null;
    int done = 0;
    for (long seed = drill.seed(); drill.continuesAfter(done); seed++) {
      ImageMutations mutations = new ImageMutations(seed);
      for (int i = 0; i < IMAGES_OF_A_SEED && drill.continuesAfter(done); i++, done++) {
        ImageMutations.Mutation mutation = mutations.next();
        for (JpegDecoder jpeg : decoders) {
          decode(new ImageDecoder(MAX_PIXELS, jpeg, false), mutation, seed, i);
          if (!mutation.name().endsWith(".jpg")) {
            break; // both would do the same
          }
        }
      }
      if (early == null) {
        early = Usage.of(process);
      }
    }
    drill.end(
        done,
        "decoded %s, rejected %s, slowest %d ms (%s), %s after %s"
            .formatted(
                decoded,
                rejected,
                longestNanos / 1_000_000,
                slowest,
                early.requireFlat(process),
                early));
  }

  private void decode(
      ImageDecoder decoder, ImageMutations.Mutation mutation, long seed, int index) {
    String image = "seed %d, image %d, %s".formatted(seed, index, mutation.name());
    long started = CPU.getCurrentThreadCpuTime();
    try {
      RgbImage pixels = decoder.decode(mutation.bytes());
      assertThat((long) pixels.width() * pixels.height()).as(image).isLessThanOrEqualTo(MAX_PIXELS);
      decoded.merge(mutation.name().replaceAll(".*[.]", ""), 1, Integer::sum);
    } catch (ServiceException rejection) {
      assertThat(rejection.code()).as(image).isIn(REJECTIONS);
      rejected.merge(rejection.code(), 1, Integer::sum);
    } catch (RuntimeException | Error e) {
      throw new AssertionError(image, e);
    }
    long nanos = CPU.getCurrentThreadCpuTime() - started;
    assertThat(nanos).as(image).isLessThan(LONGEST.toNanos());
    if (nanos > longestNanos) {
      longestNanos = nanos;
      slowest = image;
    }
  }
}
