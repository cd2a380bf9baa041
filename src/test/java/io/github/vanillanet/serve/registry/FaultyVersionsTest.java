package io.github.vanillanet.serve.registry;

import static io.github.vanillanet.Failures.code;
import static io.github.vanillanet.base.error.ErrorCode.ENGINE_FAILURE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.Oracle;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.model.engine.TorchInstance;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.inference.ClassificationService;
import io.github.vanillanet.serve.inference.ModelSelection;
import io.github.vanillanet.serve.metrics.FaultReason;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.github.vanillanet.serve.scheduler.Eventually;
import io.github.vanillanet.serve.scheduler.FaultyInstance;
import io.github.vanillanet.serve.scheduler.LaneFault;
import io.github.vanillanet.serve.scheduler.LaneSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real versions on a device that breaks while it serves them. */
@Timeout(120)
class FaultyVersionsTest {

  private static final int HEIGHT = 64;

  @TempDir Path root;

  private final TorchRuntime runtime = TorchRuntime.load();
  private final MeterRegistry meters = new SimpleMeterRegistry();
  private final ModelRegistry registry = new ModelRegistry();
  private final Map<Integer, FaultyInstance> devices = new ConcurrentHashMap<>();
  private volatile int loading; // the version whose devices are made
  private final ModelLoader loader =
      new ModelLoader(
          this::faulty,
          List.of(Device.CPU),
          PrecisionChoice.only(Arithmetic.PUBLISHED),
          new ModelLoader.Plan(1, 1, LaneSettings.single(8), false, Duration.ofMinutes(1)),
          new ServingMetrics(meters),
          registry::faulted);
  private final ClassificationService service =
      new ClassificationService(
          new ModelSelection(registry, Optional.of("narrow"), () -> false, Map.of()),
          new ImageDecoder(1_000_000),
          1 << 20,
          2);
  private VersionSwitch versions;
  private byte[] image;

  @BeforeEach
  void publish() throws IOException {
    ModelRepository repository = NarrowModels.publish(root, "narrow", 3);
    versions =
        new VersionSwitch(repository, this::load, registry, new SwapGuard.Limits(100, 50), 3);
    image = Files.readAllBytes(Oracle.file("preprocess/png_rgb.png"));
  }

  @AfterEach
  void close() {
    registry.close();
  }

  private ServedModel load(StoredVersion version) {
    loading = version.id().version();
    return loader.load(version);
  }

  private ModelInstance faulty(Path artifact, Device where, int height, int width) {
    FaultyInstance device = new FaultyInstance(instance(artifact));
    devices.put(loading, device); // the artifact may be a derived one, in a temporary file
    return device;
  }

  private TorchInstance instance(Path artifact) {
    return TorchInstance.load(runtime, artifact, Device.CPU, HEIGHT, HEIGHT, 1);
  }

  @Test
  void flippedBitInTheLoadedWeightsIsFoundWithoutTraffic() throws IOException {
    versions.activate(new ModelId("narrow", 1));
    Path damaged = flipOneBit(root.resolve("narrow/1/model.pt"));
    TorchInstance corrupted = instance(damaged);

    devices
        .get(1)
        .become((healthy, kind, input, samples) -> corrupted.forward(kind, input, samples));

    Eventually.becomes(() -> !registry.processFaults().isEmpty());
    LaneFault fault = registry.faults().get(new ModelId("narrow", 1));
    assertThat(fault.reason()).isIn(FaultReason.WRONG_ANSWER, FaultReason.NON_FINITE);
    assertThat(fault.sticky()).isTrue();
    assertThat(registry.processFaults()).containsOnlyKeys(new ModelId("narrow", 1));
    assertThat(healthy()).isZero();
    assertThatThrownBy(this::classify)
        .has(code(ErrorCode.NOT_READY))
        .hasMessageContaining("narrow/1 is out of service: " + fault.reason().label());
    registry.close();
    corrupted.close();
  }

  /** Flips a bit of a weight's exponent. Libtorch does not verify checksums. */
  private Path flipOneBit(Path artifact) throws IOException {
    byte[] bytes = Files.readAllBytes(artifact);
    int middle = bytes.length / 2 / Float.BYTES * Float.BYTES;
    bytes[middle + 3] ^= 0x40;
    return Files.write(root.resolve("damaged.pt"), bytes);
  }

  @Test
  void faultRightAfterASwapRollsBack() {
    versions.activate(new ModelId("narrow", 1));
    versions.activate(new ModelId("narrow", 2));
    devices.get(2).answerWith(Float.NaN);

    assertThatThrownBy(this::classify).has(code(ErrorCode.NOT_READY));

    Eventually.becomes(() -> live() == 1);
    assertThat(classify()).isEqualTo(1);
    assertThat(healthy()).isEqualTo(1);
  }

  @Test
  void goodVersionClearsAFaultThatIsNotSticky() {
    versions.activate(new ModelId("narrow", 1)); // the first version has no guard
    devices
        .get(1)
        .answerOthersWith(Float.POSITIVE_INFINITY, PublishedModels.probes(root, "narrow"));
    assertThatThrownBy(this::classify).has(code(ErrorCode.NOT_READY));
    assertThat(registry.faults()).hasSize(1);
    assertThat(live()).isEqualTo(1);

    versions.activate(new ModelId("narrow", 2));

    assertThat(registry.faults()).isEmpty();
    assertThat(registry.processFaults()).isEmpty();
    assertThat(healthy()).isEqualTo(1);
    assertThat(classify()).isEqualTo(2);
  }

  @Test
  void unloadedModelNoLongerAffectsHealth() {
    versions.activate(new ModelId("narrow", 1));
    devices
        .get(1)
        .answerOthersWith(Float.POSITIVE_INFINITY, PublishedModels.probes(root, "narrow"));
    assertThatThrownBy(this::classify).has(code(ErrorCode.NOT_READY));
    assertThat(healthy()).isZero();

    versions.unload("narrow");

    assertThat(registry.faults()).isEmpty();
    assertThat(healthy()).isEqualTo(1);
  }

  @Test
  void deviceErrorRemainsAfterASwap() {
    versions.activate(new ModelId("narrow", 1));
    devices.get(1).fail(ENGINE_FAILURE.error("CUDA error: unspecified"));
    assertThatThrownBy(this::classify).has(code(ErrorCode.NOT_READY));

    versions.activate(new ModelId("narrow", 2));

    assertThat(registry.faults()).isEmpty();
    assertThat(registry.processFaults().values())
        .extracting(LaneFault::reason)
        .containsExactly(FaultReason.DEVICE_ERROR);
  }

  private int classify() {
    return service.classify(Optional.empty(), image, 1).version();
  }

  private int live() {
    return registry.live("narrow").orElseThrow().version();
  }

  private double healthy() {
    return meters.get("vanillanet.lane.healthy").gauge().value();
  }
}
