package io.github.vanillanet.app;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.ConfigProvider;

/** A client of this very service, over the loopback interface. For one thread. */
@Singleton
final class OwnClient implements AutoCloseable {

  /**
   * @param path of a {@code POST}
   */
  record Message(String path, Map<String, String> headers, Buffer body) {}

  private static final String OCTETS = "application/octet-stream";
  private static final long PATIENCE_MS = 3_000; // the first takes a second on a busy core
  private static final int OK = 200;
  private static final long RETRY_MS = 20;

  private final HttpClient client;

  OwnClient(Vertx vertx) {
    this.client = vertx.createHttpClient();
  }

  static Message photo(String model, byte[] jpeg) {
    return new Message(
        "/classify/" + model, Map.of("Content-Type", "image/jpeg"), Buffer.buffer(jpeg));
  }

  /** One black picture as an Open Inference tensor of bytes, to be answered in binary, too. */
  static Message pixels(String model, int height, int width) {
    int size = height * width * 3;
    String head =
        """
        {"inputs": [{"name": "input", "shape": [1, %d, %d, 3], "datatype": "UINT8",
        "parameters": {"binary_data_size": %d}}],
        "outputs": [{"name": "logits", "parameters": {"binary_data": true}}]}"""
            .formatted(height, width, size);
    Map<String, String> headers =
        Map.of("Content-Type", OCTETS, "Inference-Header-Content-Length", "" + head.length());
    return new Message(
        "/v2/models/" + model + "/infer", headers, Buffer.buffer(head).appendBytes(new byte[size]));
  }

  /**
   * @return true if it was answered with success; after a failure this returns a moment later
   */
  boolean post(Message message) {
    RequestOptions to =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setHost(host())
            .setPort(port())
            .setURI(message.path())
            .setTimeout(PATIENCE_MS);
    message.headers().forEach(to::addHeader);
    try {
      return client
          .request(to)
          .compose((HttpClientRequest request) -> request.send(message.body()))
          .compose(response -> response.body().map(body -> response.statusCode() == OK))
          .toCompletionStage()
          .toCompletableFuture()
          .orTimeout(PATIENCE_MS, TimeUnit.MILLISECONDS)
          .join();
    } catch (CompletionException e) { // does not listen yet
      pause();
      return false;
    }
  }

  private static void pause() {
    try {
      Thread.sleep(RETRY_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String host() {
    String host = ConfigProvider.getConfig().getValue("quarkus.http.host", String.class);
    return "0.0.0.0".equals(host) ? "127.0.0.1" : host;
  }

  /** Asked each time: a port that the system chooses is known only once it is open. */
  private static int port() {
    return ConfigProvider.getConfig().getValue("quarkus.http.port", Integer.class);
  }

  @Override
  public void close() {
    client.close();
  }
}
