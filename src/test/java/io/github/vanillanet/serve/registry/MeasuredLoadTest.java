package io.github.vanillanet.serve.registry;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.model.certify.AnswerCertificate;
import io.github.vanillanet.model.checkpoint.ScalarType;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.Precision;
import io.github.vanillanet.model.repository.ReducedPrecisionsFile;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.metrics.AnswerCheck;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.github.vanillanet.serve.scheduler.BatchPolicy;
import io.github.vanillanet.serve.scheduler.LaneSettings;
import io.github.vanillanet.serve.scheduler.ModelInput;
import io.github.vanillanet.serve.scheduler.Scheduler;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a load measures and decides: the precision, the float32 beside it, and the batches. */
class MeasuredLoadTest {

  private static final Arithmetic FLOAT16 = new Arithmetic(Precision.FLOAT16, false);

  @TempDir static Path repository;

  private static StoredVersion version;

  private final FakeDevices devices = new FakeDevices(version);

  @BeforeAll
  static void publish() {
    version = PublishedModels.publish(repository, "five");
  }

  private static ModelInput image() {
    return new ModelInput(InputKind.IMAGES, 1, ByteBuffer.allocate(3 * 64 * 64));
  }

  /** A verdict on float16 that holds, with the answers of a device without an error. */
  private static AnswerCertificate verdict(double threshold, int agreed, int recomputed) {
    return new AnswerCertificate(
        Precision.FLOAT16,
        500,
        1000,
        threshold,
        agreed,
        1000,
        recomputed,
        Optional.empty(),
        0,
        version.manifest().certificate().goldenLogits());
  }

  private StoredVersion calibrated(Path folder, AnswerCertificate verdict) {
    StoredVersion calibrated = PublishedModels.publish(folder, "five");
    ReducedPrecisionsFile.write(calibrated, verdict);
    return calibrated;
  }

  private ModelLoader loader(PrecisionChoice precisions, LaneSettings lane, boolean measures) {
    return new ModelLoader(
        devices,
        List.of(Device.CPU),
        precisions,
        new ModelLoader.Plan(1, 1, lane, measures, Duration.ofSeconds(30)),
        ServingMetrics.unobserved(),
        (id, fault) -> {});
  }

  @Test
  void aCalibratedPrecisionIsServedWithFloat32BesideIt(@TempDir Path folder) {
    StoredVersion calibrated = calibrated(folder, verdict(1e9, 980, 100));

    ServedModel model =
        loader(PrecisionChoice.only(FLOAT16), LaneSettings.single(8), false).load(calibrated);

    assertThat(devices.loaded)
        .extracting(instance -> instance.weights)
        .containsExactly(ScalarType.FLOAT16, ScalarType.FLOAT32);
    assertThat(devices.loaded.get(1).forwards).as("warm before its first use").isNotEmpty();
    assertThat(model.placement().recomputes()).isTrue();
    assertThat(model.lane().submit(image()).join())
        .as("logits and the check")
        .hasSize(PublishedModels.CLASSES + 1)
        .endsWith(AnswerCheck.RECOMPUTED.ordinal());
    model.lane().close();
    assertThat(devices.loaded).allMatch(instance -> instance.closed);
  }

  @Test
  void withoutASafetyNetOrAThresholdThereIsNoFloat32(@TempDir Path folder) {
    StoredVersion calibrated = calibrated(folder, verdict(1e9, 980, 100));
    StoredVersion exact = calibrated(folder.resolve("exact"), verdict(0, 1000, 0));
    PrecisionChoice off = new PrecisionChoice(List.of(FLOAT16), false);

    ServedModel model = loader(off, LaneSettings.single(8), false).load(calibrated);
    ServedModel other =
        loader(PrecisionChoice.only(FLOAT16), LaneSettings.single(8), false).load(exact);

    assertThat(devices.loaded).hasSize(2).allMatch(it -> it.weights == ScalarType.FLOAT16);
    assertThat(model.placement().recomputes()).isFalse();
    assertThat(model.placement().answers().orElseThrow().rawAgreement()).isEqualTo(0.98);
    assertThat(model.lane().submit(image()).join()).hasSize(PublishedModels.CLASSES);
    model.lane().close();
    other.lane().close();
  }

  @Test
  void aDamagedFloat32BesideAReducedPrecisionIsRejected(@TempDir Path folder) {
    StoredVersion calibrated = calibrated(folder, verdict(1e9, 980, 100));
    devices.errors.put(Device.CPU, golden -> golden * 1.001); // within the bound of float16 only

    assertThatThrownBy(
            () ->
                loader(PrecisionChoice.only(FLOAT16), LaneSettings.single(8), false)
                    .load(calibrated))
        .has(code(ErrorCode.NOT_EQUIVALENT));
    assertThat(devices.loaded).hasSize(2).allMatch(instance -> instance.closed);
  }

  @Test
  void autoServesTheFastestCertifiedPrecisionWithItsSecondForwards(@TempDir Path folder) {
    PrecisionChoice auto = new PrecisionChoice(List.of(Arithmetic.PUBLISHED, FLOAT16), true);
    devices.times = (weights, samples) -> weights == ScalarType.FLOAT16 ? 3_000_000 : 10_000_000L;

    assertThat(precision(auto, version)).as("not calibrated").isEqualTo("float32");
    assertThat(precision(auto, calibrated(folder.resolve("a"), verdict(1, 980, 100))))
        .as("3 ms and 10 % of 10 ms")
        .isEqualTo("float16");
    assertThat(precision(auto, calibrated(folder.resolve("b"), verdict(1, 980, 900))))
        .as("3 ms and 90 % of 10 ms")
        .isEqualTo("float32");
    assertThat(precision(auto, calibrated(folder.resolve("c"), verdict(1, 900, 100))))
        .as("the verdict does not hold")
        .isEqualTo("float32");
    StoredVersion other = calibrated(folder.resolve("d"), verdict(1, 980, 100));
    devices.alterations.put(ScalarType.FLOAT16, golden -> golden + 1);
    assertThat(precision(auto, other)).as("other answers on this machine").isEqualTo("float32");
    assertThat(devices.loaded).allMatch(instance -> instance.closed);
  }

  private String precision(PrecisionChoice choice, StoredVersion some) {
    ServedModel model = loader(choice, LaneSettings.single(8), false).load(some);
    model.lane().close();
    return model.placement().precision();
  }

  @Test
  void batchesAreUsedOnACpuOnlyWhereTheySaveTime() {
    LaneSettings upToEight =
        new LaneSettings(64, new BatchPolicy(8, Duration.ZERO), new Scheduler(Ticker.system()));
    PrecisionChoice published = PrecisionChoice.only(Arithmetic.PUBLISHED);

    devices.times = (weights, samples) -> 1_000_000L * samples;
    Batching linear = batching(loader(published, upToEight, true));
    devices.times = (weights, samples) -> 1_000_000L + 100_000L * samples;
    Batching saving = batching(loader(published, upToEight, true));
    devices.times = (weights, samples) -> 11_000_000L;
    Batching large = batching(loader(published, upToEight, true));

    assertThat(linear.policy().combines()).isFalse();
    assertThat(linear.times().orElseThrow().together()).isPresent();
    assertThat(saving.policy().maxImages()).isEqualTo(8);
    assertThat(large.policy().combines()).isFalse();
    assertThat(large.times().orElseThrow().together()).as("not measured").isEmpty();
  }

  @Test
  void otherLoadAtTheBeginningOfTheMeasurementDoesNotSuggestBatches() {
    LaneSettings upToEight =
        new LaneSettings(64, new BatchPolicy(8, Duration.ZERO), new Scheduler(Ticker.system()));
    AtomicBoolean busy = new AtomicBoolean(true);
    devices.times =
        (weights, samples) -> {
          busy.compareAndSet(true, samples == 1); // the load ends before the first batch
          return (busy.get() ? 4_000_000L : 1_000_000L) * samples;
        };

    Batching measured =
        batching(loader(PrecisionChoice.only(Arithmetic.PUBLISHED), upToEight, true));

    assertThat(busy).isFalse();
    assertThat(measured.policy().combines()).isFalse();
  }

  private static Batching batching(ModelLoader loader) {
    ServedModel model = loader.load(version);
    model.lane().close();
    return model.placement().batching();
  }
}
