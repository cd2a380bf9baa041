package io.github.vanillanet.serve.registry;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.model.certify.Certificate;
import io.github.vanillanet.model.checkpoint.ScalarType;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.Precision;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.github.vanillanet.serve.scheduler.BatchPolicy;
import io.github.vanillanet.serve.scheduler.Eventually;
import io.github.vanillanet.serve.scheduler.LaneFault;
import io.github.vanillanet.serve.scheduler.LaneSettings;
import io.github.vanillanet.serve.scheduler.ModelInput;
import io.github.vanillanet.serve.scheduler.Scheduler;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loads reduced precisions and several devices, with fake devices. */
class ModelLoaderTest {

  private static final Device FIRST = new Device(Device.Kind.CUDA, 0);
  private static final Device SECOND = new Device(Device.Kind.CUDA, 1);
  private static final Arithmetic FLOAT16 = new Arithmetic(Precision.FLOAT16, false);

  @TempDir static Path repository;

  private static StoredVersion version;

  private final FakeDevices devices = new FakeDevices(version);
  private final MeterRegistry registry = new SimpleMeterRegistry();

  @BeforeAll
  static void publish() {
    version = PublishedModels.publish(repository, "five");
  }

  private ServedModel load(
      Arithmetic arithmetic, int lanes, BatchPolicy batching, Device... targets) {
    return loader(arithmetic, lanes, batching, (id, fault) -> {}, targets).load(version);
  }

  private ModelLoader loader(
      Arithmetic arithmetic,
      int lanes,
      BatchPolicy batching,
      BiConsumer<ModelId, Optional<LaneFault>> faults,
      Device... targets) {
    LaneSettings settings = new LaneSettings(64, batching, new Scheduler(Ticker.system()));
    return new ModelLoader(
        devices,
        List.of(targets),
        PrecisionChoice.only(arithmetic),
        new ModelLoader.Plan(lanes, 1, settings, false, Duration.ofMillis(1500)),
        new ServingMetrics(registry),
        faults);
  }

  /** Forwards that a loader runs after the warm-up to measure the latency. */
  private static final int TIMED_FORWARDS = 5;

  private ServedModel load(Arithmetic arithmetic, Device... targets) {
    return load(arithmetic, 1, BatchPolicy.single(), targets);
  }

  private static ModelInput image() {
    return new ModelInput(InputKind.IMAGES, 1, ByteBuffer.allocate(3 * 64 * 64));
  }

  @Test
  void aReducedPrecisionArtifactIsDerivedAndCertified() {
    devices.errors.put(FIRST, golden -> golden * 1.005);
    Certificate published = version.manifest().certificate();

    ServedModel model = load(FLOAT16, FIRST);

    Certificate certificate = model.placement().certificate();
    assertThat(certificate.precision()).isEqualTo(Precision.FLOAT16);
    assertThat(certificate.artifactSha256()).isNotEqualTo(published.artifactSha256());
    assertThat(certificate.weightsSha256()).isEqualTo(published.weightsSha256());
    assertThat(certificate.goldenLogits()).isEqualTo(published.goldenLogits());
    assertThat(certificate.served().maxDelta()).isPositive();
    assertThat(certificate.served().top1()).isEqualTo(1);
    assertThat(devices.loaded.get(0).weights).isEqualTo(ScalarType.FLOAT16);
    assertThat(devices.loaded.get(0).artifact).as("temporary").doesNotExist();
    assertThat(version.artifact()).exists();
    model.lane().close();
  }

  @Test
  void onACpuTheArtifactOfASmallNetIsDerivedAndCertified() {
    Certificate published = version.manifest().certificate();

    ServedModel model = load(Arithmetic.PUBLISHED, Device.CPU);

    Certificate certificate = model.placement().certificate();
    assertThat(certificate.artifactSha256()).isNotEqualTo(published.artifactSha256());
    assertThat(certificate.weightsSha256()).isEqualTo(published.weightsSha256());
    assertThat(certificate.precision()).isEqualTo(Precision.FLOAT32);
    assertThat(devices.loaded.get(0).artifact).as("temporary").doesNotExist();
    assertThat(version.artifact()).exists();
    model.lane().close();
  }

  @Test
  void theSameErrorIsTooLargeForFloat32() {
    devices.errors.put(FIRST, golden -> golden * 1.005);

    assertThatThrownBy(() -> load(Arithmetic.PUBLISHED, FIRST))
        .has(code(ErrorCode.NOT_EQUIVALENT))
        .hasMessageContaining("probe 0");
    assertThat(devices.loaded.get(0).closed).isTrue();
  }

  @Test
  void reducedPrecisionWithTooLargeAnErrorIsRejectedInOneLine() {
    devices.errors.put(FIRST, golden -> golden * 1.02);

    assertThatThrownBy(() -> load(FLOAT16, FIRST))
        .has(code(ErrorCode.NOT_EQUIVALENT))
        .hasMessageContaining("float16")
        .hasMessageNotContaining("\n");
    assertThat(devices.loaded.get(0).closed).isTrue();
    assertThat(devices.loaded.get(0).artifact).doesNotExist();
  }

  @Test
  void loadFailsIfATimedForwardHangs() {
    ServedModel healthy = load(Arithmetic.PUBLISHED, SECOND);
    healthy.lane().close();
    long warming = devices.loaded.get(0).forwards.size() - TIMED_FORWARDS;
    Semaphore gate = new Semaphore((int) warming);
    devices.gates.put(FIRST, gate);

    ModelLoader loader =
        loader(
            Arithmetic.PUBLISHED,
            1,
            BatchPolicy.single(),
            (id, fault) -> gate.release(1 << 20),
            FIRST);

    assertThatThrownBy(() -> loader.load(version))
        .isInstanceOf(ServiceException.class)
        .hasMessageContaining("hang");
    assertThat(devices.loaded.get(1).closed).isTrue();
  }

  @Test
  void idleModelIsProbedEverySecond() {
    ServedModel model = load(Arithmetic.PUBLISHED, FIRST);
    List<String> forwards = devices.loaded.get(0).forwards;

    int before = forwards.size();
    Eventually.becomes(() -> forwards.size() > before);
    long first = System.nanoTime();
    Eventually.becomes(() -> forwards.size() > before + 1);

    assertThat(Duration.ofNanos(System.nanoTime() - first))
        .isBetween(Duration.ofMillis(900), Duration.ofSeconds(10));
    model.lane().close();
  }

  @Test
  void nanLogitsAreRejected() {
    devices.errors.put(FIRST, golden -> Double.NaN);

    assertThatThrownBy(() -> load(FLOAT16, FIRST)).has(code(ErrorCode.NOT_EQUIVALENT));
  }

  @Test
  void publishedArithmeticLoadsThePublishedFile() {
    ServedModel model = load(Arithmetic.PUBLISHED, FIRST);

    assertThat(devices.loaded.get(0).artifact).isEqualTo(version.artifact());
    assertThat(model.placement().certificate()).isEqualTo(version.manifest().certificate());
    model.lane().close();
  }

  @Test
  void weightsAreLoadedOncePerDeviceAndTheCertificateHasTheLargestError() {
    devices.errors.put(SECOND, golden -> golden * 1.004);

    ServedModel model = load(FLOAT16, 2, BatchPolicy.single(), FIRST, SECOND);

    assertThat(devices.loaded)
        .extracting(FakeDevices.Instance::device)
        .containsExactly(FIRST, SECOND);
    assertThat(model.placement().deviceNames()).isEqualTo("cuda:0,cuda:1");
    assertThat(model.placement().certificate().served().maxDelta()).isGreaterThan(1e-6);
    model.lane().close();
    assertThat(devices.loaded).allMatch(instance -> instance.closed);
  }

  @Test
  void aFreeDeviceComputesTheNextRequest() throws Exception {
    ServedModel model = load(Arithmetic.PUBLISHED, FIRST, SECOND);
    Semaphore first = new Semaphore(0);
    Semaphore second = new Semaphore(0);
    devices.gates.put(FIRST, first);
    devices.gates.put(SECOND, second);

    CompletableFuture<float[]> one = model.lane().submit(image());
    CompletableFuture<float[]> two = model.lane().submit(image());
    assertThat(devices.waiting.tryAcquire(2, 30, TimeUnit.SECONDS)).as("both compute").isTrue();
    CompletableFuture<float[]> three = model.lane().submit(image());
    // One device hangs, the other computes the rest.
    second.release(2);
    CompletableFuture.anyOf(one, two).orTimeout(30, TimeUnit.SECONDS).join();
    three.orTimeout(30, TimeUnit.SECONDS).join();

    assertThat(Stream.of(one, two).filter(CompletableFuture::isDone)).hasSize(1);
    first.release(1);
    CompletableFuture.allOf(one, two).join();
    assertThat(forwards("cuda:0")).isEqualTo(1);
    assertThat(forwards("cuda:1")).isEqualTo(2);
    model.lane().close();
  }

  /** Forwards after the warm-up. */
  private long forwards(String device) {
    return registry.get("vanillanet.infer").tags("device", device, "batch", "1").timer().count();
  }

  @Test
  void everyForwardSizeIsWarmedUpOnEveryCudaWorker() {
    BatchPolicy six = new BatchPolicy(6, Duration.ZERO);

    load(Arithmetic.PUBLISHED, 1, six, FIRST, SECOND).lane().close();
    load(Arithmetic.PUBLISHED, FIRST).lane().close();

    for (FakeDevices.Instance instance : devices.loaded.subList(0, 2)) {
      assertThat(instance.forwards)
          .contains("IMAGESx1", "IMAGESx2", "IMAGESx4", "IMAGESx6")
          .contains("NORMALISEDx1", "NORMALISEDx2", "NORMALISEDx4", "NORMALISEDx6")
          .doesNotContain("IMAGESx3");
    }
    assertThat(devices.loaded.get(2).forwards).as("pieces").contains("IMAGESx3", "IMAGESx8");
  }

  @Test
  void fullDeviceReleasesTheOtherDevices() {
    devices.full.add(SECOND);

    assertThatThrownBy(() -> load(Arithmetic.PUBLISHED, FIRST, SECOND))
        .has(code(ErrorCode.OUT_OF_DEVICE_MEMORY));
    assertThat(devices.loaded).hasSize(1).allMatch(instance -> instance.closed);
  }

  @Test
  void modelIsRejectedIfOneDeviceAnswersWrongly() {
    devices.errors.put(SECOND, golden -> -golden);

    assertThatThrownBy(() -> load(Arithmetic.PUBLISHED, FIRST, SECOND))
        .has(code(ErrorCode.NOT_EQUIVALENT));
    assertThat(devices.loaded).hasSize(2).allMatch(instance -> instance.closed);
  }
}
