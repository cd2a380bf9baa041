package io.github.vanillanet.serve.inference;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.ManualTicker;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A memory of 6400 bytes: bodies of up to 100 are small, and 800 are reserved for plain ones, and
 * for built ones.
 */
class BodyMemoryTest {

  private static final int CAPACITY = 6400;

  private final ManualTicker ticker = new ManualTicker();
  private final BodyMemory memory = new BodyMemory(CAPACITY, ticker, ServingMetrics.unobserved());
  private final List<String> evicted = new ArrayList<>();

  /** A body that has arrived whole. */
  private BodyMemory.Room complete(String name, int bytes) {
    BodyMemory.Room room = incomplete(name, bytes);
    room.complete();
    return room;
  }

  private BodyMemory.Room incomplete(String name, int bytes) {
    BodyMemory.Room room = new BodyMemory.Room(memory, () -> evicted.add(name));
    room.receive(bytes, bytes);
    return room;
  }

  @Test
  void completeBodiesShareTheMemoryAndAreNotEvicted() {
    BodyMemory.Room first = complete("first", 3000);
    assertThatThrownBy(() -> complete("second", 3000)).has(code(ErrorCode.QUEUE_FULL));

    BodyMemory.Room second = complete("second", 1800);
    assertThat(memory.held()).isEqualTo(4800);
    first.close();
    first.close();
    second.close();
    assertThat(memory.held()).isZero();
    assertThat(evicted).isEmpty();
  }

  @Test
  void smallBodiesFitBesideLargeOnes() {
    complete("huge", 50 * CAPACITY); // it is the only large one

    List<BodyMemory.Room> photos = new ArrayList<>();
    for (int photo = 0; photo < 8; photo++) {
      photos.add(complete("photo", 100));
    }
    assertThatThrownBy(() -> complete("photo", 100)).has(code(ErrorCode.QUEUE_FULL));
    photos.get(0).close();
    complete("photo", 100);
    assertThatThrownBy(() -> complete("large", 101)).has(code(ErrorCode.QUEUE_FULL));

    for (int request = 0; request < 8; request++) {
      new BodyMemory.Room(memory, () -> {}).add(100);
    }
    assertThatThrownBy(() -> new BodyMemory.Room(memory, () -> {}).add(1))
        .has(code(ErrorCode.QUEUE_FULL));
  }

  @Test
  void builtBodiesLeaveTheReserveToPlainOnes() {
    complete("huge", 50 * CAPACITY);
    complete("bomb", 1).add(99);
    for (int bomb = 0; bomb < 7; bomb++) {
      new BodyMemory.Room(memory, () -> {}).add(100);
    }

    for (int photo = 0; photo < 8; photo++) {
      complete("photo", 100);
    }
    assertThat(memory.held()).isEqualTo(50 * CAPACITY + 1600);
  }

  @Test
  void denseBodiesLeaveBothReservesToOthersWhileTheyAreSmall() {
    List<BodyMemory.Room> bombs = new ArrayList<>();
    for (int bomb = 0; bomb < 48; bomb++) {
      BodyMemory.Room room = complete("bomb", 1);
      room.addDense(99);
      bombs.add(room);
    }
    assertThatThrownBy(() -> bombs.get(0).addDense(1)).has(code(ErrorCode.QUEUE_FULL));

    for (int request = 0; request < 8; request++) {
      complete("request", 1).add(99);
      complete("photo", 100);
    }
    assertThat(evicted).isEmpty();
  }

  @Test
  void inflatedAndParsedBytesCountToo() {
    BodyMemory.Room bomb = complete("bomb", 10);
    bomb.add(CAPACITY);
    BodyMemory.Room second = complete("second", 10);

    assertThatThrownBy(() -> second.add(100)).has(code(ErrorCode.QUEUE_FULL));
    second.add(90);
    assertThat(memory.held()).isEqualTo(10 + CAPACITY + 100);
  }

  @Test
  void theBodyWithTheLowestAverageRateIsEvicted() {
    BodyMemory.Room stalled = incomplete("stalled", 2400);
    ticker.advance(Duration.ofSeconds(10)); // 240 bytes per second
    BodyMemory.Room trickling = incomplete("trickling", 1200);
    ticker.advance(Duration.ofSeconds(10)); // 120 each
    BodyMemory.Room fresh = incomplete("fresh", 1000);
    assertThat(evicted).isEmpty();

    fresh.receive(1000, 1000);
    assertThat(evicted).as("of equal rates the oldest").containsExactly("stalled");
    assertThat(memory.held()).isEqualTo(1200 + 2000);
    assertThatThrownBy(() -> stalled.receive(1, 1)).has(code(ErrorCode.QUEUE_FULL));
    assertThatThrownBy(stalled::complete).has(code(ErrorCode.QUEUE_FULL));
    stalled.close();

    ticker.advance(Duration.ofSeconds(1));
    assertThatThrownBy(() -> trickling.receive(2500, 2500))
        .as("it is slower than the other one")
        .has(code(ErrorCode.QUEUE_FULL));
    trickling.close();
    fresh.complete();
    fresh.close();
    assertThat(memory.held()).isZero();
    assertThat(evicted).containsExactly("stalled");
  }

  @Test
  void aLargeOrInflatedBodyEvictsNoPhoto() {
    BodyMemory.Room slowPhoto = incomplete("slow photo", 90);
    ticker.advance(Duration.ofSeconds(100));
    incomplete("large", 5000);
    ticker.advance(Duration.ofSeconds(1));

    complete("second", 2000);
    assertThat(evicted).containsExactly("large");
    complete("bomb", 1).add(99);
    assertThatThrownBy(() -> complete("huge", CAPACITY)).has(code(ErrorCode.QUEUE_FULL));
    slowPhoto.complete();
    assertThat(evicted).doesNotContain("slow photo");
  }

  @Test
  void aBodyAfterItsClientHasGoneTakesNoMemory() {
    BodyMemory.Room room = complete("gone", 50);
    room.close();

    assertThatThrownBy(() -> room.add(1)).has(code(ErrorCode.CLIENT_GONE));
    assertThatThrownBy(() -> room.receive(1, 1)).has(code(ErrorCode.CLIENT_GONE));
    assertThat(memory.held()).isZero();
  }

  /** Bodies that each fit alone, but not together, at random rates: some must always complete. */
  @Test
  void oneOfManyPartialBodiesAlwaysCompletes() {
    for (long seed = 1; seed <= 200; seed++) {
      Random random = new Random(seed);
      int size = 1 + random.nextInt(2 * CAPACITY);
      List<BodyMemory.Room> open = new ArrayList<>();
      List<Integer> received = new ArrayList<>();
      for (int body = 0; body < 20; body++) {
        open.add(new BodyMemory.Room(memory, () -> {}));
        received.add(0);
      }
      boolean completed = false;
      while (!completed) {
        assertThat(open)
            .as("seed %d: all bodies of %d bytes were rejected", seed, size)
            .isNotEmpty();
        int body = random.nextInt(open.size());
        int piece = Math.min(1 + random.nextInt(300), size - received.get(body));
        ticker.advance(Duration.ofMillis(random.nextInt(50)));
        try {
          open.get(body).receive(piece, piece);
          received.set(body, received.get(body) + piece);
          completed = received.get(body) == size;
        } catch (ServiceException e) {
          e.rethrowUnless(ErrorCode.QUEUE_FULL);
          open.remove(body).close();
          received.remove(body);
        }
      }
      open.forEach(BodyMemory.Room::close);
      assertThat(memory.held()).as("seed %d", seed).isZero();
    }
  }

  @Test
  void retryAfterIsTheTimeUntilEnoughMemoryIsFree() {
    BodyMemory.Room first = complete("first", 600);
    BodyMemory.Room second = complete("second", 4000);
    ticker.advance(Duration.ofMillis(100));
    first.close();
    ticker.advance(Duration.ofMillis(400));
    second.close();
    ticker.advance(Duration.ofMinutes(1)); // what was learnt does not fade

    complete("other", 4600);
    double each = (0.9 * 600 * 100 + 4000 * 500) / (0.9 * 600 + 4000); // ms that a byte was held
    assertThat(retryAfter(4100))
        .as("2300 of 4600 bytes must be released")
        .isCloseTo(each / 2, within(1e-3));
    assertThat(retryAfter(64000)).as("all bytes must be released").isCloseTo(each, within(1e-3));
  }

  private double retryAfter(int bytes) {
    try (BodyMemory.Room room = new BodyMemory.Room(memory, () -> {})) {
      room.add(bytes);
      throw new AssertionError("there is room for " + bytes);
    } catch (ServiceException e) {
      e.rethrowUnless(ErrorCode.QUEUE_FULL);
      return e.retryAfter().orElseThrow().toNanos() / 1e6;
    }
  }
}
