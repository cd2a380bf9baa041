package io.github.vanillanet.model.bucket;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.base.config.BucketConfig;
import io.github.vanillanet.base.config.RepositoryLocation;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Adobe's S3Mock in a process of its own, with one bucket. The build copies its jar. */
public final class ObjectStore implements AutoCloseable {

  public static final String BUCKET = "models";

  private static final Path JAR = Path.of("target/s3mock/s3mock.jar");
  private static final Duration LONGEST_START = Duration.ofMinutes(2);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(50);

  private final Process process;
  private final URI endpoint;

  private ObjectStore(Process process, URI endpoint) {
    this.process = process;
    this.endpoint = endpoint;
  }

  /**
   * @param folder for its files and its log
   */
  public static ObjectStore start(Path folder) throws IOException {
    assertThat(JAR).isRegularFile();
    int port = freePort();
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                JAR.toAbsolutePath().toString(),
                "--server.port=0",
                "--com.adobe.testing.s3mock.http-port=" + port,
                "--com.adobe.testing.s3mock.domain.initialBuckets=" + BUCKET,
                "--com.adobe.testing.s3mock.store.initialBuckets=" + BUCKET)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("s3mock.log").toFile());
    builder.environment().put("root", Files.createDirectories(folder.resolve("s3")).toString());
    ObjectStore store = new ObjectStore(builder.start(), URI.create("http://localhost:" + port));
    store.await(folder);
    return store;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private void await(Path folder) throws IOException {
    long until = System.nanoTime() + LONGEST_START.toNanos();
    while (process.isAlive() && System.nanoTime() < until) {
      try {
        HttpURLConnection bucket =
            (HttpURLConnection) endpoint.resolve("/" + BUCKET).toURL().openConnection();
        if (bucket.getResponseCode() == 200) {
          return;
        }
      } catch (IOException e) {
        // it does not listen yet
      }
      LockSupport.parkNanos(POLL_INTERVAL.toNanos());
    }
    close();
    throw new AssertionError(Files.readString(folder.resolve("s3mock.log")));
  }

  public URI endpoint() {
    return endpoint;
  }

  /** The variables of a process that uses the store. */
  public static Map<String, String> variables(URI endpoint) {
    return Map.of(
        "VANILLANET_S3_ENDPOINT", endpoint.toString(),
        "AWS_ACCESS_KEY_ID", "key",
        "AWS_SECRET_ACCESS_KEY", "secret");
  }

  /** Opens a prefix of the bucket. */
  public static Bucket open(URI endpoint, String prefix) {
    // the SDK reads these properties where processes have variables
    System.setProperty("aws.accessKeyId", "key");
    System.setProperty("aws.secretAccessKey", "secret");
    return Bucket.open(
        new RepositoryLocation("s3://" + BUCKET + "/" + prefix),
        new BucketConfig() {
          @Override
          public Optional<URI> endpoint() {
            return Optional.of(endpoint);
          }

          @Override
          public Optional<String> region() {
            return Optional.empty();
          }

          @Override
          public Path cache() {
            throw new UnsupportedOperationException();
          }
        });
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
