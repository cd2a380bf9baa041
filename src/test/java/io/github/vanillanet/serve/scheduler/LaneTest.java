package io.github.vanillanet.serve.scheduler;

import static io.github.vanillanet.Failures.causeCode;
import static io.github.vanillanet.Failures.code;
import static io.github.vanillanet.base.error.ErrorCode.OUT_OF_DEVICE_MEMORY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.model.engine.InputKind;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class LaneTest {

  private static final int PLENTY = 1 << 20;
  private static final int CAPACITY = 3;

  @Test
  void workIsAnsweredInOrderOnOneThread() {
    FakeInstance instance = new FakeInstance(PLENTY);
    try (Lane lane = new Lane("test", instance, 64)) {
      List<CompletableFuture<float[]>> answers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        answers.add(lane.submit(input(1, i)));
      }

      for (int i = 0; i < 20; i++) {
        assertThat(answers.get(i).join()).containsExactly(i, 0);
      }
      assertThat(instance.attached.getName()).isEqualTo("lane-test");
    }
  }

  @Test
  void fullQueueRejectsByImages() throws InterruptedException {
    FakeInstance instance = new FakeInstance(0);
    Lane lane = new Lane("test", instance, CAPACITY);
    CompletableFuture<float[]> running = lane.submit(input(1, 1));
    instance.entered.await();
    CompletableFuture<float[]> waiting = lane.submit(input(2, 2));

    assertThat(lane.depth()).isEqualTo(2);
    assertThatThrownBy(() -> lane.submit(input(2, 3))).has(code(ErrorCode.QUEUE_FULL));

    CompletableFuture<float[]> last = lane.submit(input(1, 4));
    instance.permits.release(PLENTY);
    assertThat(CompletableFuture.allOf(running, waiting, last))
        .succeedsWithin(Duration.ofMinutes(1));
    lane.close();
  }

  @Test
  void emptyQueueAcceptsAnInputLargerThanItsCapacity() {
    FakeInstance instance = new FakeInstance(PLENTY);
    try (Lane lane = new Lane("test", instance, CAPACITY)) {
      float[] answer = lane.submit(input(20, 9)).join();

      assertThat(answer).hasSize(40);
      assertThat(answer[39]).isEqualTo(3); // the fourth of the last piece
    }
    assertThat(instance.forwards).containsExactly(8, 8, 4);
  }

  @Test
  void laneSurvivesAFailingForward() {
    FakeInstance instance = new FakeInstance(PLENTY);
    instance.failure = OUT_OF_DEVICE_MEMORY.error("full");
    try (Lane lane = new Lane("test", instance, CAPACITY)) {
      assertThatThrownBy(() -> lane.submit(input(1, 1)).join())
          .isInstanceOf(CompletionException.class)
          .has(causeCode(OUT_OF_DEVICE_MEMORY));

      assertThat(lane.submit(input(1, 2)).join()).containsExactly(2, 0);
    }
  }

  @Test
  void closeComputesWaitingWorkAndThenClosesTheInstance() throws InterruptedException {
    FakeInstance instance = new FakeInstance(0);
    Lane lane = new Lane("test", instance, CAPACITY);
    CompletableFuture<float[]> running = lane.submit(input(1, 1));
    instance.entered.await();
    CompletableFuture<float[]> waiting = lane.submit(input(1, 2));

    CompletableFuture<Void> closing = CompletableFuture.runAsync(lane::close);
    while (!rejects(lane)) {
      Thread.onSpinWait();
    }
    assertThat(instance.closed).isFalse();
    instance.permits.release(PLENTY);

    closing.join();
    assertThat(running).isCompleted();
    assertThat(waiting).isCompleted();
    assertThat(instance.closed).isTrue();
    assertThat(instance.attached.isAlive()).isFalse();
  }

  @Test
  void workThatDoesNotStartWithinTheDrainFails() throws InterruptedException {
    FakeInstance instance = new FakeInstance(0);
    Lane lane = new Lane("test", instance, CAPACITY);
    lane.submit(input(1, 1));
    instance.entered.await();
    CompletableFuture<float[]> waiting = lane.submit(input(1, 2));

    lane.close(Duration.ofMillis(1));

    assertThatThrownBy(waiting::join).has(causeCode(ErrorCode.NOT_READY));
    assertThat(instance.closed).isFalse(); // a forward is still running
    instance.permits.release(PLENTY);
    lane.close();
    assertThat(instance.closed).isTrue();
  }

  @Test
  void requireRoomRejectsAsReserveDoesAndReservesNothing() throws InterruptedException {
    FakeInstance instance = new FakeInstance(0);
    Lane lane = new Lane("test", instance, CAPACITY);
    lane.submit(input(1, 1));
    instance.entered.await();
    Deadline passed = Deadline.after(() -> 0, 0, Duration.ZERO);

    lane.submit(input(2, 2));
    lane.requireRoom(1, Deadline.never());
    lane.requireRoom(1, Deadline.never()); // the first call took no place
    assertThatThrownBy(() -> lane.requireRoom(2, Deadline.never())).has(code(ErrorCode.QUEUE_FULL));
    assertThatThrownBy(() -> lane.requireRoom(1, passed)).has(code(ErrorCode.DEADLINE_EXCEEDED));

    instance.permits.release(PLENTY);
    lane.close();
    assertThatThrownBy(() -> lane.requireRoom(1, Deadline.never())).has(code(ErrorCode.NOT_READY));
  }

  private static boolean rejects(Lane lane) {
    try {
      lane.submit(input(1, 0)).cancel(false);
      return false;
    } catch (ServiceException e) {
      e.rethrowUnless(ErrorCode.NOT_READY, ErrorCode.QUEUE_FULL);
      return e.code() == ErrorCode.NOT_READY;
    }
  }

  /** Samples of four bytes, each beginning with {@code first}. */
  private static ModelInput input(int samples, int first) {
    ByteBuffer content = ByteBuffer.allocate(4 * samples);
    for (int i = 0; i < samples; i++) {
      content.put(4 * i, (byte) first);
    }
    return new ModelInput(InputKind.IMAGES, samples, content);
  }
}
