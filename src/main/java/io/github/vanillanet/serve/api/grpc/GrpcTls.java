package io.github.vanillanet.serve.api.grpc;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.quarkus.vertx.http.runtime.VertxHttpBuildTimeConfig;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.quarkus.vertx.http.runtime.options.HttpServerOptionsUtils;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;

/**
 * TLS of the gRPC port: the certificate, the protocols and the check of client certificates of
 * HTTPS, from {@code quarkus.tls.*} or {@code quarkus.http.ssl.*}. Files are read at start-up.
 */
@Singleton
final class GrpcTls {

  private final Optional<SslContext> context;

  GrpcTls(
      VertxHttpBuildTimeConfig fixed,
      VertxHttpConfig http,
      TlsConfigurationRegistry registry,
      Vertx vertx) {
    try {
      HttpServerOptions https =
          HttpServerOptionsUtils.createSslOptions(
              fixed, http, LaunchMode.current(), List.of(), registry);
      this.context =
          https == null || https.getKeyCertOptions() == null
              ? Optional.empty()
              : Optional.of(context(https, vertx));
    } catch (Exception e) { // methods of the library declare it
      throw BAD_CONFIGURATION.error(e, "TLS of the gRPC port: %s", e);
    }
  }

  private static SslContext context(HttpServerOptions https, Vertx vertx) throws Exception {
    SslContextBuilder builder =
        SslContextBuilder.forServer(https.getKeyCertOptions().getKeyManagerFactory(vertx));
    GrpcSslContexts.configure(builder, SslProvider.JDK)
        .protocols(https.getEnabledSecureTransportProtocols())
        .clientAuth(
            switch (https.getClientAuth()) {
              case NONE -> ClientAuth.NONE;
              case REQUEST -> ClientAuth.OPTIONAL;
              case REQUIRED -> ClientAuth.REQUIRE;
            });
    if (!https.getEnabledCipherSuites().isEmpty()) {
      builder.ciphers(https.getEnabledCipherSuites());
    }
    if (https.getTrustOptions() != null) {
      builder.trustManager(https.getTrustOptions().getTrustManagerFactory(vertx));
    }
    return builder.build();
  }

  /** Empty if no certificate is configured. */
  Optional<SslContext> context() {
    return context;
  }
}
