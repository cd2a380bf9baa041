package io.github.vanillanet.serve.api;

import static io.github.vanillanet.base.error.ErrorCode.OUT_OF_DEVICE_MEMORY;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchInstance;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.github.vanillanet.serve.registry.Lease;
import io.github.vanillanet.serve.registry.ModelLoader;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.github.vanillanet.serve.registry.PrecisionChoice;
import io.github.vanillanet.serve.registry.PublishedModels;
import io.github.vanillanet.serve.scheduler.Eventually;
import io.github.vanillanet.serve.scheduler.FaultyInstance;
import io.github.vanillanet.serve.scheduler.LaneSettings;
import io.github.vanillanet.serve.scheduler.Reservation;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/**
 * One of two models runs on a device that the test breaks. Checks the answers and the health
 * checks. The last test causes a fault that only a restart repairs.
 */
@QuarkusTest
@TestProfile(DeviceFaultTest.GroupOfBoth.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(180)
class DeviceFaultTest {

  /** A separate service, because its health is broken. */
  public static final class GroupOfBoth implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("vanillanet.groups.pair", TwoSmallModels.MODEL + "," + TwoSmallModels.OTHER);
    }

    @Override
    public List<TestResourceEntry> testResources() {
      return List.of(new TestResourceEntry(TwoSmallModels.class));
    }

    @Override
    public boolean disableGlobalTestResources() {
      return true;
    }
  }

  private static final String MODEL = TwoSmallModels.MODEL;
  private static final String READY = "/q/health/ready";
  private static final String LIVE = "/q/health/live";

  @Inject ModelRegistry registry;
  @Inject ModelRepository repository;
  @Inject ServingMetrics metrics;

  private FaultyInstance device;

  @BeforeEach
  void swapInABreakableDevice() {
    swapInADevice(Duration.ofMillis(1500));
  }

  private void swapInADevice(Duration hangLimit) {
    Eventually.becomes(() -> given().get("/models/" + MODEL).statusCode() == 200);
    StoredVersion version = repository.open(repository.active().get(1));
    assertThat(version.id().name()).isEqualTo(MODEL);
    TorchRuntime runtime = TorchRuntime.load();
    device =
        new FaultyInstance(TorchInstance.load(runtime, version.artifact(), Device.CPU, 64, 64, 1));
    ModelLoader.Plan plan = new ModelLoader.Plan(1, 1, LaneSettings.single(8), false, hangLimit);
    registry.swap(
        new ModelLoader(
                (artifact, where, height, width) -> device,
                List.of(Device.CPU),
                PrecisionChoice.only(Arithmetic.PUBLISHED),
                plan,
                metrics,
                registry::faulted)
            .load(version));
    Service.awaitReady();
  }

  @Test
  @Order(1)
  void aFullDeviceAnswers507AndTheNextRequestSucceeds() {
    device.fail(OUT_OF_DEVICE_MEMORY.error("the device is out of memory"));

    ErrorAnswers.problem(classify(), 507, "OUT_OF_DEVICE_MEMORY");
    device.repair();

    assertThat(classify().statusCode()).isEqualTo(200);
    assertThat(given().get(READY).statusCode()).isEqualTo(200);
  }

  @Test
  @Order(1)
  void theRequestOfADisconnectedClientEndsBeforeItsForward() {
    swapInADevice(Duration.ofMinutes(5));
    String cancelled = "vanillanet_requests_total{model=\"" + MODEL + "\",outcome=\"cancelled\"";
    double before = metric(cancelled);
    Semaphore entered = new Semaphore(0);
    Semaphore held = new Semaphore(0);
    device.become(
        (healthy, kind, input, samples) -> {
          entered.release();
          held.acquireUninterruptibly();
          return healthy.forward(kind, input, samples);
        });
    byte[] jpeg = Service.jpeg();

    try {
      RawHttp.post(
              "/classify/" + MODEL, "Content-Type: image/jpeg", "Content-Length: " + jpeg.length)
          .bytes(jpeg)
          .sendAndDisconnect(() -> Eventually.becomes(entered::tryAcquire));

      Eventually.becomes(() -> metric(cancelled) == before + 1); // while the forward is running
    } finally {
      held.release(1 << 20);
    }
    assertThat(classify().statusCode()).isEqualTo(200);
  }

  @Test
  @Order(2)
  void nonFiniteLogitsMakeTheServiceUnreadyUntilAGoodVersionIsSwappedIn() {
    device.answerOthersWith(Float.NaN, PublishedModels.probes(repository.root(), MODEL));

    assertThat(notReadyDetail()).contains("vanillanet-5/1", "non_finite");
    Response ready = given().get(READY);
    assertThat(ready.statusCode()).isEqualTo(503);
    assertThat(ready.path("checks.find { it.name == 'models' }.data.'vanillanet-5/1'").toString())
        .startsWith("non_finite, ");
    for (String path :
        List.of(
            "/v2/health/ready", "/v2/models/" + MODEL + "/ready", "/v1/models/" + MODEL, "/ping")) {
      assertThat(given().get(path).statusCode()).as(path).isEqualTo(503);
    }
    assertThat(given().get(LIVE).statusCode()).isEqualTo(200);
    assertThat(given().get("/v2/models/" + TwoSmallModels.OTHER + "/ready").statusCode())
        .isEqualTo(200);
    assertThat(metric("vanillanet_lane_healthy{model=\"" + MODEL + "\"")).isZero();
    assertThat(metric("vanillanet_lane_faults_total{model=\"" + MODEL + "\",reason=\"non_finite\""))
        .isPositive();

    swapInABreakableDevice();

    assertThat(classify().statusCode()).isEqualTo(200);
    assertThat(metric("vanillanet_lane_healthy{model=\"" + MODEL + "\"")).isEqualTo(1);
  }

  @Test
  @Order(2)
  void aGroupWithFullHealthyMembersAnswers429() {
    device.answerOthersWith(Float.NaN, PublishedModels.probes(repository.root(), MODEL));
    assertThat(notReadyDetail()).contains(TwoSmallModels.MODEL);

    assertThat(classify("pair").statusCode()).isEqualTo(200);
    try (Lease lease = registry.lease(TwoSmallModels.OTHER).orElseThrow();
        Reservation all = lease.model().lane().reserve(64, Deadline.never())) {
      Response full = classify("pair");
      assertThat(full.statusCode()).as(full.asString()).isEqualTo(429);
      assertThat(full.<String>path("detail")).contains(TwoSmallModels.OTHER);
    }
  }

  @Test
  @Order(3)
  void aHangFailsReadinessAndLivenessUntilItIsOver() {
    assertThat(given().get(LIVE).statusCode()).isEqualTo(200);
    device.hang();

    Eventually.becomes(() -> given().get(READY).statusCode() == 503);

    Response live = given().get(LIVE);
    assertThat(live.statusCode()).isEqualTo(503);
    assertThat(live.path("checks.find { it.name == 'lanes' }.data.'vanillanet-5/1'").toString())
        .startsWith("hang");
    assertThat(given().get("/v2/health/live").statusCode()).isEqualTo(503);
    assertThat(notReadyDetail()).contains("hang");

    device.unhang();

    Eventually.becomes(() -> given().get(READY).statusCode() == 200);
    Eventually.becomes(() -> given().get(LIVE).statusCode() == 200);
    assertThat(classify().statusCode()).isEqualTo(200);
  }

  private static Response classify() {
    return classify(MODEL);
  }

  private static Response classify(String model) {
    return given().contentType("image/jpeg").body(Service.jpeg()).post("/classify/" + model);
  }

  private static String notReadyDetail() {
    Response response = classify();
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.<String>path("code")).isEqualTo("NOT_READY");
    return response.path("detail");
  }

  private static double metric(String start) {
    return given()
        .accept("text/plain")
        .get("/q/metrics")
        .asString()
        .lines()
        .filter(line -> line.startsWith(start))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no metric " + start));
  }
}
