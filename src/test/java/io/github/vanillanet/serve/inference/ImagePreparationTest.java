package io.github.vanillanet.serve.inference;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.Oracle;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.timing.ManualTicker;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.registry.PublishedModels;
import io.github.vanillanet.serve.registry.ServedModel;
import io.github.vanillanet.serve.scheduler.Eventually;
import io.github.vanillanet.serve.scheduler.FakeInstance;
import io.github.vanillanet.serve.scheduler.Lane;
import io.github.vanillanet.serve.scheduler.ModelInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImagePreparationTest {

  private static final long PLENTY = 1 << 20;
  private static final long SLOW_PIXELS = 9_000_000;

  @TempDir Path repository;

  private final ManualTicker ticker = new ManualTicker();
  private final ImagePreparation preparation =
      new ImagePreparation(new ImageDecoder(1_000_000), PLENTY, 1, ticker);
  private final Call call = new Call(ticker, ticker.nanos());
  private final SortedMap<Integer, ServiceException> rejected = new TreeMap<>();
  private Lane lane;
  private ServedModel served;
  private byte[] image;

  @BeforeEach
  void serve() throws IOException {
    StoredVersion version = PublishedModels.publish(repository, "five");
    lane = new Lane("test", new FakeInstance(0), 2);
    served = PublishedModels.served(version, lane);
    image = Files.readAllBytes(Oracle.file("preprocess/png_rgb.png"));
  }

  @AfterEach
  void close() {
    lane.close();
  }

  @Test
  void anUnreadableImageIsRejectedAlone() {
    ModelInput input =
        preparation.prepare(call, served, List.of(image, new byte[] {1}, image), true, rejected);

    assertThat(input.samples()).isEqualTo(2);
    assertThat(rejected).containsOnlyKeys(1);
  }

  @Test
  void noImageIsDecodedForADisconnectedClient() {
    List<Integer> taken = new ArrayList<>();
    call.abandon();

    assertThatThrownBy(() -> preparation.prepare(call, served, three(taken::add), true, rejected))
        .has(code(ErrorCode.CLIENT_GONE));
    assertThat(taken).isEmpty();
  }

  @Test
  void decodingStopsWhenTheClientDisconnects() {
    List<Integer> taken = new ArrayList<>();
    IntConsumer leaving =
        index -> {
          taken.add(index);
          call.abandon();
        };

    assertThatThrownBy(() -> preparation.prepare(call, served, three(leaving), true, rejected))
        .has(code(ErrorCode.CLIENT_GONE));
    assertThat(taken).containsExactly(0);
    Call next = new Call(ticker, ticker.nanos());
    assertThat(preparation.prepare(next, served, List.of(image), true, rejected).samples())
        .isEqualTo(1);
  }

  @Test
  void aDecodeStopsWhenTheDeadlinePasses() throws IOException {
    byte[] jpeg = Files.readAllBytes(Oracle.file("preprocess/jpeg_420.jpg"));
    Call late = new Call(ticker, ticker.nanos());
    late.limit(Duration.ofMillis(5));
    List<byte[]> images = taking(jpeg, 1, index -> ticker.advance(Duration.ofMillis(5)));

    assertThatThrownBy(() -> preparation.prepare(late, served, images, true, rejected))
        .has(code(ErrorCode.DEADLINE_EXCEEDED));
    assertThat(rejected).isEmpty();
  }

  @Test
  void anOrdinaryImageDoesNotWaitForASlowOne() throws IOException {
    ImagePreparation large = new ImagePreparation(new ImageDecoder(SLOW_PIXELS), PLENTY, 1, ticker);
    byte[] slow = slowImage();
    CompletableFuture<ModelInput> prepared = new CompletableFuture<>();
    large.withPermit(
        call,
        large.slow,
        0,
        () -> {
          Thread other =
              new Thread(
                  () ->
                      prepared.complete(
                          large.prepare(
                              new Call(ticker, ticker.nanos()),
                              served,
                              List.of(slow),
                              true,
                              rejected)));
          other.start();
          Eventually.becomes(() -> other.getState() == Thread.State.WAITING);

          ModelInput ordinary = large.prepare(call, served, List.of(image), true, rejected);

          assertThat(ordinary.samples()).isEqualTo(1);
          assertThat(prepared).isNotDone();
        });
    assertThat(prepared).succeedsWithin(Duration.ofMinutes(1));
  }

  /** The header of a progressive JPEG with large sides. The missing pixels are gray. */
  private static byte[] slowImage() throws IOException {
    byte[] jpeg = Files.readAllBytes(Oracle.file("preprocess/jpeg_progressive.jpg"));
    int frame = 0;
    while (jpeg[frame] != -1 || jpeg[frame + 1] != (byte) 0xc2) {
      frame++;
    }
    ByteBuffer.wrap(jpeg).putShort(frame + 5, (short) 3000).putShort(frame + 7, (short) 3000);
    return jpeg;
  }

  private List<byte[]> three(IntConsumer taken) {
    return taking(image, 3, taken);
  }

  /** Equal images; {@code taken} gets the index of each that is read. */
  private static List<byte[]> taking(byte[] image, int count, IntConsumer taken) {
    return new AbstractList<>() {
      @Override
      public byte[] get(int index) {
        taken.accept(index);
        return image;
      }

      @Override
      public int size() {
        return count;
      }
    };
  }
}
