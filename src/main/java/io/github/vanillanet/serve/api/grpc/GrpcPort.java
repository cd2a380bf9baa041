package io.github.vanillanet.serve.api.grpc;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.serve.api.http.Drain;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Provider;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.health.Readiness;

/**
 * Opens the gRPC port if it is enabled. Otherwise only a few interfaces of the library are loaded.
 */
@Singleton
public final class GrpcPort {

  /** Before the models are closed. */
  private static final int FIRST = 1000;

  private final ServingConfig config;
  private final Provider<GrpcServer> server;
  private final Drain drain;
  private Optional<GrpcServer> open = Optional.empty();

  GrpcPort(ServingConfig config, Provider<GrpcServer> server, @Readiness Drain drain) {
    this.config = config;
    this.server = server;
    this.drain = drain;
  }

  void start(@Observes StartupEvent event) {
    if (config.grpc().enabled()) {
      GrpcServer started = server.get();
      started.start(config.grpc().port());
      drain.onRejecting(started::reject);
      open = Optional.of(started);
    }
  }

  void stop(@Observes @Priority(FIRST) ShutdownEvent event) throws InterruptedException {
    if (open.isPresent()) {
      open.get().close(drain.remaining());
    }
  }

  /** The port that is open; empty if gRPC is disabled. */
  public Optional<Integer> number() {
    return open.map(GrpcServer::port);
  }
}
