package io.github.vanillanet.serve.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.serve.api.grpc.GrpcPort;
import io.github.vanillanet.serve.scheduler.Eventually;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.quarkus.runtime.ExecutorRecorder;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Health checks while every worker thread is occupied. */
@QuarkusTest
@TestProfile(ConnectionLimitsTest.SmallLimits.class)
class BusyWorkersTest {

  private static final int WORKERS = ConnectionLimitsTest.WORKERS;

  @Inject GrpcPort grpc;

  private final CountDownLatch release = new CountDownLatch(1);

  @BeforeEach
  void occupyAllWorkers() throws InterruptedException {
    Service.awaitReady();
    CountDownLatch occupied = new CountDownLatch(WORKERS);
    Executor workers = ExecutorRecorder.getCurrent();
    for (int i = 0; i < 2 * WORKERS; i++) { // half of them are queued
      workers.execute(
          () -> {
            occupied.countDown();
            awaitRelease();
          });
    }
    occupied.await();
  }

  private void awaitRelease() {
    try {
      release.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @AfterEach
  void releaseWorkers() {
    release.countDown();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/q/health",
        "/q/health/live",
        "/q/health/ready",
        "/q/health/started",
        "/v2/health/live",
        "/v2/health/ready",
        "/ping",
      })
  void healthChecksNeedNoWorker(String path) {
    RawHttp.Answer answer = RawHttp.request("GET", path).send();

    assertThat(answer.status()).isEqualTo(200);
  }

  @Test
  void healthOverGrpcNeedsNoWorker() {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("localhost", grpc.number().orElseThrow())
            .usePlaintext()
            .build();
    try {
      Eventually.becomes(
          () ->
              HealthGrpc.newBlockingStub(channel)
                      .withDeadlineAfter(1, TimeUnit.MINUTES)
                      .check(HealthCheckRequest.getDefaultInstance())
                      .getStatus()
                  == ServingStatus.SERVING);
    } finally {
      channel.shutdownNow();
    }
  }
}
