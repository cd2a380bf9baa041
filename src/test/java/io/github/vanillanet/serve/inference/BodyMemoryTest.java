package io.github.vanillanet.serve.inference;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.ManualTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BodyMemoryTest {

  private final ManualTicker ticker = new ManualTicker();
  private final BodyMemory memory = new BodyMemory(100, ticker);

  @Test
  void bodiesShareTheMemory() {
    BodyMemory.Room first = new BodyMemory.Room(memory, 60);
    assertThatThrownBy(() -> new BodyMemory.Room(memory, 50))
        .has(code(ErrorCode.QUEUE_FULL))
        .hasMessageContainingAll("60", "50", "100");

    BodyMemory.Room second = new BodyMemory.Room(memory, 40);
    assertThat(memory.held()).isEqualTo(100);
    first.close();
    first.close();
    second.close();
    assertThat(memory.held()).isZero();
  }

  @Test
  void aRoomGrowsWithItsBody() {
    BodyMemory.Room other = new BodyMemory.Room(memory, 50);
    BodyMemory.Room growing = new BodyMemory.Room(memory, 0);
    growing.atLeast(40);
    growing.atLeast(20);
    assertThat(memory.held()).isEqualTo(90);

    assertThatThrownBy(() -> growing.atLeast(51)).has(code(ErrorCode.QUEUE_FULL));
    assertThat(memory.held()).isEqualTo(90);

    other.close();
    growing.atLeast(1000); // it is alone
    assertThat(memory.held()).isEqualTo(1000);
    growing.close();
    growing.atLeast(2000);
    assertThat(memory.held()).isZero();
  }

  @Test
  void retryAfterIsTheTimeUntilEnoughMemoryIsFree() {
    BodyMemory.Room small = new BodyMemory.Room(memory, 0);
    small.atLeast(10);
    BodyMemory.Room large = new BodyMemory.Room(memory, 90);
    ticker.advance(Duration.ofMillis(100));
    small.close();
    ticker.advance(Duration.ofMillis(400));
    large.close();
    ticker.advance(Duration.ofMinutes(1)); // what was learnt does not fade

    new BodyMemory.Room(memory, 80);
    double each = (0.9 * 10 * 100 + 90 * 500) / (0.9 * 10 + 90); // ms for which a byte was held
    assertThat(retryAfter(60))
        .as("40 of 80 bytes must be released")
        .isCloseTo(each / 2, within(1e-3));
    assertThat(retryAfter(1000)).as("all bytes must be released").isCloseTo(each, within(1e-3));
  }

  private double retryAfter(long bytes) {
    try (BodyMemory.Room room = new BodyMemory.Room(memory, bytes)) {
      throw new AssertionError("there is room for " + bytes);
    } catch (ServiceException e) {
      e.rethrowUnless(ErrorCode.QUEUE_FULL);
      return e.retryAfter().orElseThrow().toNanos() / 1e6;
    }
  }
}
