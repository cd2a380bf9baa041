package io.github.vanillanet.serve.api.grpc;

import io.github.vanillanet.base.config.ServingConfig;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Provider;
import jakarta.inject.Singleton;
import java.util.Optional;

/** Opens the gRPC port if it is enabled. Otherwise no class of the gRPC library is loaded. */
@Singleton
public final class GrpcPort {

  /** Before the models are closed. */
  private static final int FIRST = 1000;

  private final ServingConfig config;
  private final Provider<GrpcServer> server;
  private Optional<GrpcServer> open = Optional.empty();

  GrpcPort(ServingConfig config, Provider<GrpcServer> server) {
    this.config = config;
    this.server = server;
  }

  void start(@Observes StartupEvent event) {
    if (config.grpc().enabled()) {
      open = Optional.of(server.get());
      open.get().start(config.grpc().port());
    }
  }

  void stop(@Observes @Priority(FIRST) ShutdownEvent event) throws InterruptedException {
    if (open.isPresent()) {
      open.get().close();
    }
  }

  /** The port that is open; empty if gRPC is disabled. */
  public Optional<Integer> number() {
    return open.map(GrpcServer::port);
  }
}
