package io.github.vanillanet.app;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.ConfigProvider;

/** A client of this very service, over the loopback interface. For one thread. */
@Singleton
final class OwnClient implements AutoCloseable {

  /**
   * @param path of a {@code POST}
   * @param status of the right answer
   */
  record Message(String path, Map<String, String> headers, Buffer body, int status) {

    /** The same, with which its connection ends: the next one begins a new one. */
    Message last() {
      return with("Connection", "close");
    }

    /** The same, which has to be answered in time. */
    Message within(String millis) {
      return with("X-Latency-Budget-Ms", millis);
    }

    private Message with(String name, String value) {
      Map<String, String> all = new HashMap<>(headers);
      all.put(name, value);
      return new Message(path, all, body, status);
    }
  }

  private static final String OCTETS = "application/octet-stream";
  private static final long PATIENCE_MS = 3_000; // the first takes a second on a busy core
  private static final int OK = 200;
  private static final int TOO_LATE = 504;
  private static final long RETRY_MS = 20;

  private final HttpClient client;

  @Inject
  OwnClient(Vertx vertx) {
    this(vertx.createHttpClient());
  }

  OwnClient(HttpClient client) {
    this.client = client;
  }

  static Message photo(String model, byte[] jpeg) {
    return photo(model, jpeg, OK);
  }

  /** To a model that cannot answer within any time that it is given: refused by its head. */
  static Message hopeless(String model, byte[] jpeg) {
    return photo(model, jpeg, TOO_LATE);
  }

  private static Message photo(String model, byte[] jpeg, int status) {
    Map<String, String> headers = Map.of("Content-Type", "image/jpeg");
    return new Message("/classify/" + model, headers, Buffer.buffer(jpeg), status);
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
        "/v2/models/" + model + "/infer",
        headers,
        Buffer.buffer(head).appendBytes(new byte[size]),
        OK);
  }

  /**
   * @return true if it was answered as it should be; after a failure this returns a moment later
   */
  boolean post(Message message) {
    return post(message, host(), port());
  }

  boolean post(Message message, String host, int port) {
    RequestOptions to =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setHost(host)
            .setPort(port)
            .setURI(message.path())
            .setTimeout(PATIENCE_MS);
    message.headers().forEach(to::addHeader);
    try {
      return client
              .request(to)
              .compose(request -> exchange(request, message.body()))
              .toCompletionStage()
              .toCompletableFuture()
              .orTimeout(PATIENCE_MS, TimeUnit.MILLISECONDS)
              .join()
          == message.status();
    } catch (CompletionException e) { // does not listen yet
      pause();
      return false;
    }
  }

  /**
   * The status, once the whole answer is there. Of the event loop: an answer that ended before its
   * body was asked for never gives it, and a quick one ends before another thread comes to ask.
   */
  private static Future<Integer> exchange(HttpClientRequest request, Buffer body) {
    return request
        .send(body)
        .compose(response -> response.body().map(whole -> response.statusCode()));
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
