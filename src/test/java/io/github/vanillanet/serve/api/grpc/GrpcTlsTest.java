package io.github.vanillanet.serve.api.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.Failures;
import io.github.vanillanet.base.error.ErrorCode;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.quarkus.vertx.http.runtime.VertxHttpBuildTimeConfig;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The settings of HTTPS, in environment variables. */
@QuarkusTest // the library reads more than the settings
class GrpcTlsTest {

  private static final String PASSWORD = "open sesame";

  /** Without configurations of {@code quarkus.tls}. */
  private static final class NoConfigurations implements TlsConfigurationRegistry {
    @Override
    public Optional<TlsConfiguration> get(String name) {
      return Optional.empty();
    }

    @Override
    public Optional<TlsConfiguration> getDefault() {
      return Optional.empty();
    }

    @Override
    public void register(String name, TlsConfiguration configuration) {
      throw new IllegalStateException("not used");
    }
  }

  @Inject Vertx vertx;

  private Optional<SslContext> context(Map<String, String> environment) {
    SmallRyeConfig config =
        new SmallRyeConfigBuilder()
            .addDefaultInterceptors()
            .addDiscoveredConverters()
            .withSources(new EnvConfigSource(environment, 300))
            .withDefaultValue("quarkus.http.host", "localhost")
            .withDefaultValue("java.io.tmpdir", "/tmp")
            .withMapping(VertxHttpConfig.class)
            .withMapping(VertxHttpBuildTimeConfig.class)
            .withValidateUnknown(false)
            .build();
    return new GrpcTls(
            config.getConfigMapping(VertxHttpBuildTimeConfig.class),
            config.getConfigMapping(VertxHttpConfig.class),
            new NoConfigurations(),
            vertx)
        .context();
  }

  private static Path keyStore(Path folder) throws Exception {
    Path file = folder.resolve("server.p12");
    Process keytool =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-keyalg",
                    "EC",
                    "-alias",
                    "server",
                    "-dname",
                    "CN=localhost",
                    "-storetype",
                    "PKCS12",
                    "-storepass",
                    PASSWORD,
                    "-keystore",
                    file.toString()))
            .inheritIO()
            .start();
    assertThat(keytool.waitFor()).isZero();
    return file;
  }

  @Test
  void theCertificateAndTheProtocolsAreThoseOfHttps(@TempDir Path folder) throws Exception {
    String file = keyStore(folder).toString();
    Map<String, String> certificate =
        Map.of(
            "QUARKUS_HTTP_SSL_CERTIFICATE_KEY_STORE_FILE", file,
            "QUARKUS_HTTP_SSL_CERTIFICATE_KEY_STORE_PASSWORD", PASSWORD,
            "QUARKUS_HTTP_SSL_CERTIFICATE_TRUST_STORE_FILE", file,
            "QUARKUS_HTTP_SSL_CERTIFICATE_TRUST_STORE_PASSWORD", PASSWORD,
            "QUARKUS_HTTP_SSL_PROTOCOLS", "TLSv1.3");

    SSLEngine engine = context(certificate).orElseThrow().newEngine(ByteBufAllocator.DEFAULT);

    assertThat(engine.getEnabledProtocols()).containsExactly("TLSv1.3");
    assertThat(context(Map.of())).isEmpty();
  }

  @Test
  void aCertificateThatCannotBeReadStopsTheStart() {
    Map<String, String> missing =
        Map.of("QUARKUS_HTTP_SSL_CERTIFICATE_KEY_STORE_FILE", "/missing/server.p12");

    assertThatThrownBy(() -> context(missing)).is(Failures.code(ErrorCode.BAD_CONFIGURATION));
  }
}
