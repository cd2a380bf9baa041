package io.github.vanillanet.serve.api.grpc;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The certificate of the gRPC port: that of the TLS configuration of HTTP, {@code quarkus.tls.*} or
 * the one that {@code quarkus.http.tls-configuration-name} names. It is read at start-up.
 */
@Singleton
final class GrpcTls {

  private final Optional<SslContext> context;

  GrpcTls(
      TlsConfigurationRegistry registry,
      Vertx vertx,
      @ConfigProperty(name = "quarkus.http.tls-configuration-name") Optional<String> name) {
    this.context =
        TlsConfiguration.from(registry, name)
            .or(registry::getDefault)
            .filter(tls -> tls.getKeyStoreOptions() != null)
            .map(tls -> context(tls, vertx));
  }

  private static SslContext context(TlsConfiguration tls, Vertx vertx) {
    try {
      SslContextBuilder builder =
          SslContextBuilder.forServer(tls.getKeyStoreOptions().getKeyManagerFactory(vertx))
              .protocols(tls.getSSLOptions().getEnabledSecureTransportProtocols());
      return GrpcSslContexts.configure(builder, SslProvider.JDK).build();
    } catch (Exception e) { // the factory's method declares it
      throw BAD_CONFIGURATION.error("the certificate of the gRPC port: %s", e.getMessage());
    }
  }

  /** Empty if no certificate is configured. */
  Optional<SslContext> context() {
    return context;
  }
}
