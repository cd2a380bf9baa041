package io.github.vanillanet.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.error.ServiceException;
import io.github.vanillanet.timing.ManualTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BodyMemoryTest {

  private final ManualTicker ticker = new ManualTicker();
  private final BodyMemory memory = new BodyMemory(100, ticker);

  @Test
  void bodiesShareIt() {
    BodyMemory.Room first = memory.hold(60);
    assertThatThrownBy(() -> memory.hold(50))
        .isInstanceOf(ServiceException.QueueFull.class)
        .hasMessage(
            "60 bytes of bodies are being worked on and 50 more do not fit, there is room for 100");

    BodyMemory.Room second = memory.hold(40);
    assertThat(memory.held()).isEqualTo(100);
    first.close();
    first.close();
    second.close();
    assertThat(memory.held()).isZero();
  }

  @Test
  void aRoomGrowsWithItsBody() {
    BodyMemory.Room other = memory.hold(50);
    BodyMemory.Room growing = memory.hold(0);
    growing.atLeast(40);
    growing.atLeast(20);
    assertThat(memory.held()).isEqualTo(90);

    assertThatThrownBy(() -> growing.atLeast(51)).isInstanceOf(ServiceException.QueueFull.class);
    assertThat(memory.held()).isEqualTo(90);

    other.close();
    growing.atLeast(1000); // it is alone
    assertThat(memory.held()).isEqualTo(1000);
    growing.close();
    growing.atLeast(2000);
    assertThat(memory.held()).isZero();
  }

  @Test
  void aRefusalTellsWhenWhatIsMissingWillBeFree() {
    BodyMemory.Room room = memory.hold(10);
    ticker.advance(Duration.ofMillis(400));
    room.close();

    memory.hold(80);
    assertThatThrownBy(() -> memory.hold(60))
        .as("of 80 bytes 40 have to go, which are there for 400 ms on average")
        .isInstanceOfSatisfying(
            ServiceException.QueueFull.class,
            refusal -> assertThat(refusal.retryAfter()).contains(Duration.ofMillis(200)));
    assertThatThrownBy(() -> memory.hold(1000))
        .as("it has to be alone")
        .isInstanceOfSatisfying(
            ServiceException.QueueFull.class,
            refusal -> assertThat(refusal.retryAfter()).contains(Duration.ofMillis(400)));
  }
}
