package io.github.vanillanet.serve.scheduler;

import static io.github.vanillanet.Failures.causeCode;
import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.base.timing.ManualTicker;
import io.github.vanillanet.model.certify.SafetyNet;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.serve.metrics.AnswerCheck;
import io.github.vanillanet.serve.metrics.FaultReason;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.github.vanillanet.serve.metrics.VersionMeters;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Uncertain answers of a reduced precision are computed again before they are answered. */
class RecomputationTest {

  private static final int PLENTY = 1 << 20;
  private static final Duration REDUCED = Duration.ofMillis(10);
  private static final Duration FLOAT32 = Duration.ofMillis(100);
  private static final double SHARE = 0.25;
  private static final float CLEAR = AnswerCheck.CLEAR.ordinal();
  private static final float RECOMPUTED = AnswerCheck.RECOMPUTED.ordinal();
  private static final float UNCHECKED = AnswerCheck.UNCHECKED.ordinal();

  private final ManualTicker ticker = new ManualTicker();
  private final VersionMeters meters =
      new ServingMetrics(new SimpleMeterRegistry()).version("test", 1, "cpu");
  private final Net float32 = new Net(-1, Optional.empty());
  private final Net reduced = new Net(0, Optional.of(float32));
  private Optional<Lane> opened = Optional.empty();

  /** Answers an image with its first byte, which is its margin, and with a constant. */
  private static final class Net implements ModelInstance {
    final float constant;
    final Optional<ModelInstance> exact;
    final Semaphore permits = new Semaphore(0);
    final Semaphore entered = new Semaphore(0);
    final List<Integer> forwards = new CopyOnWriteArrayList<>();
    Runnable during = () -> {};

    Net(float constant, Optional<ModelInstance> exact) {
      this.constant = constant;
      this.exact = exact;
    }

    @Override
    public Optional<ModelInstance> exact() {
      return exact;
    }

    @Override
    public void attachToThread() {}

    @Override
    public float[] forward(InputKind kind, ByteBuffer input, int samples) {
      forwards.add(samples);
      entered.release();
      permits.acquireUninterruptibly();
      during.run();
      float[] rows = new float[2 * samples];
      int bytes = input.remaining() / samples;
      for (int i = 0; i < samples; i++) {
        rows[2 * i] = input.get(input.position() + i * bytes);
        rows[2 * i + 1] = constant;
      }
      return rows;
    }

    @Override
    public void close() {}
  }

  @AfterEach
  void close() {
    reduced.permits.release(PLENTY);
    float32.permits.release(PLENTY);
    opened.ifPresent(Lane::close);
  }

  @Test
  void onlyTheUncertainImagesOfABatchAreComputedAgainTogether() throws InterruptedException {
    Lane lane = lane(5, new BatchPolicy(8, Duration.ZERO));
    final CompletableFuture<float[]> first = lane.submit(images(9));
    reduced.entered.acquire();
    CompletableFuture<float[]> clear = lane.submit(images(8));
    CompletableFuture<float[]> mixed = lane.submit(images(1, 7));
    CompletableFuture<float[]> uncertain = lane.submit(images(4));

    reduced.permits.release(2);

    assertThat(first.join()).containsExactly(9, 0, CLEAR);
    assertThat(clear.join()).as("answered first").containsExactly(8, 0, CLEAR);
    float32.entered.acquire();
    assertThat(mixed).isNotDone();
    assertThat(uncertain).isNotDone();
    float32.permits.release();
    assertThat(mixed.join()).containsExactly(1, -1, RECOMPUTED, 7, 0, CLEAR);
    assertThat(uncertain.join()).containsExactly(4, -1, RECOMPUTED);
    assertThat(reduced.forwards).containsExactly(1, 4);
    assertThat(float32.forwards).containsExactly(2);
    Eventually.becomes(
        () ->
            meters
                .checks()
                .equals(
                    Map.of(
                        AnswerCheck.CLEAR, 3L,
                        AnswerCheck.RECOMPUTED, 2L,
                        AnswerCheck.UNCHECKED, 0L)));
  }

  @Test
  void thresholdZeroComputesNothingAgainAndAHugeOneEverything() {
    reduced.permits.release(PLENTY);
    float32.permits.release(PLENTY);

    assertThat(lane(0, BatchPolicy.single()).submit(images(0, 1)).join())
        .containsExactly(0, 0, CLEAR, 1, 0, CLEAR);
    opened.orElseThrow().close();
    assertThat(lane(1e9, BatchPolicy.single()).submit(images(100)).join())
        .containsExactly(100, -1, RECOMPUTED);
    assertThat(float32.forwards).containsExactly(1);
  }

  @Test
  void anAnswerWhoseBudgetIsTooShortStaysUnchecked() {
    Lane lane = lane(5, BatchPolicy.single());
    reduced.permits.release(PLENTY);
    float32.permits.release(PLENTY);

    float[] hurried = submit(lane, Duration.ofMillis(180), images(1));
    float[] patient = submit(lane, Duration.ofMillis(181), images(1));

    assertThat(hurried).containsExactly(1, 0, UNCHECKED);
    assertThat(patient).containsExactly(1, -1, RECOMPUTED);
    Eventually.becomes(() -> meters.checks().get(AnswerCheck.RECOMPUTED) == 1);
    assertThat(meters.checks()).containsEntry(AnswerCheck.UNCHECKED, 1L);
  }

  @Test
  void aLargeRequestKeepsTheRestUncheckedWhenItsSecondForwardsAreSlow() {
    Lane lane = lane(5, BatchPolicy.single());
    reduced.permits.release(PLENTY);
    float32.permits.release(PLENTY);
    float32.during = () -> ticker.advance(Duration.ofSeconds(5));

    float[] rows = submit(lane, Duration.ofSeconds(6), images(new int[20]));

    for (int image = 0; image < 20; image++) {
      assertThat(rows[3 * image + 2]).isEqualTo(image < 8 ? RECOMPUTED : UNCHECKED);
    }
    assertThat(reduced.forwards).containsExactly(8, 8, 4);
    assertThat(float32.forwards).containsExactly(8);
  }

  @Test
  void estimatesCountTheExpectedShareOfSecondForwards() throws InterruptedException {
    Lane lane = lane(5, BatchPolicy.single());
    lane.submit(images(1));
    reduced.entered.acquire();
    lane.submit(images(1));

    assertThat(lane.estimate(1).forward()).isEqualTo(Duration.ofMillis(35));
    assertThat(lane.estimate(1).waiting()).isEqualTo(Duration.ofMillis(70));
    Deadline tooShort = within(Duration.ofMillis(100));
    assertThatThrownBy(() -> lane.reserve(1, tooShort))
        .has(code(ErrorCode.DEADLINE_EXCEEDED))
        .extracting(it -> ((ServiceException) it).retryAfter().orElseThrow())
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.DURATION)
        .isGreaterThan(Duration.ofMillis(70 + 35 - 100));

    reduced.permits.release();
    float32.entered.acquire();
    assertThat(lane.estimate(1).waiting())
        .as("a second forward has begun")
        .isEqualTo(FLOAT32.plusMillis(35));
  }

  @Test
  void estimatesFollowTheShareThatIsMeasured() {
    Lane lane = lane(5, BatchPolicy.single());
    reduced.permits.release(PLENTY);
    float32.permits.release(PLENTY);
    float32.during = () -> ticker.advance(FLOAT32);
    reduced.during = () -> ticker.advance(REDUCED);

    for (int i = 0; i < 200; i++) {
      lane.submit(images(i % 2 == 0 ? 1 : 9)).join();
    }

    Duration expected = REDUCED.plus(FLOAT32.dividedBy(2));
    assertThat(lane.estimate(1).forward())
        .isBetween(expected.minusMillis(5), expected.plusMillis(5));
  }

  @Test
  void aFailedSecondForwardIsAFaultOfTheDevice() {
    Lane lane = lane(5, BatchPolicy.single());
    float32.permits.release(PLENTY);
    reduced.permits.release(PLENTY);
    lane.watch(
        List.of(new Probe(images(9), row -> {})),
        Duration.ofDays(1),
        Duration.ofDays(1),
        fault -> {});
    float32.during =
        () -> {
          throw ErrorCode.ENGINE_FAILURE.error("broken");
        };

    assertThatThrownBy(() -> lane.submit(images(1)).join()).has(causeCode(ErrorCode.NOT_READY));

    assertThat(lane.fault().orElseThrow().reason()).isEqualTo(FaultReason.DEVICE_ERROR);
  }

  private Lane lane(double threshold, BatchPolicy batching) {
    Lane lane =
        new Lane(
            "test",
            List.of(reduced),
            new LaneSettings(64, BatchPolicy.single(), new Scheduler(ticker)),
            meters);
    Recomputation recomputation =
        new Recomputation(new SafetyNet(threshold, List.of()), 2, SHARE, FLOAT32);
    lane.open(new Lane.Opening(REDUCED, batching, Optional.of(recomputation)));
    opened = Optional.of(lane);
    return lane;
  }

  private float[] submit(Lane lane, Duration budget, ModelInput input) {
    try (Reservation reservation = lane.reserve(input.samples(), within(budget))) {
      return reservation.submit(input).join();
    }
  }

  private Deadline within(Duration budget) {
    return Deadline.after(ticker, ticker.nanos(), budget);
  }

  /** Images with these margins. */
  private static ModelInput images(int... margins) {
    ByteBuffer content = ByteBuffer.allocateDirect(4 * margins.length);
    for (int i = 0; i < margins.length; i++) {
      content.put(4 * i, (byte) margins[i]);
    }
    return new ModelInput(InputKind.IMAGES, margins.length, content);
  }
}
