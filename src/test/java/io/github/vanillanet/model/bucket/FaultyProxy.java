package io.github.vanillanet.model.bucket;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Forwards requests to a store, and damages the answers with one object. */
public final class FaultyProxy implements AutoCloseable {

  /** What happens to an object with {@link #object} in its path. */
  public enum Fault {
    NONE,
    SLOW,
    CUT,
    UNAVAILABLE,
    WRONG_BYTES,
    /** A page of another program, with status 200. */
    PAGE,
    /** A conditional write is rejected. */
    REJECTED_WRITE,
    /** The first conditional write conflicts with another one. */
    CONFLICTING_WRITE
  }

  private static final int SLOW_PIECES = 20;
  private static final Set<String> OF_THE_CONNECTION =
      Set.of("host", "connection", "content-length", "expect", "upgrade", "transfer-encoding");

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final URI store;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final Queue<String> requests = new ConcurrentLinkedQueue<>();

  private volatile Fault fault = Fault.NONE;
  private volatile String object = "";

  private volatile Optional<String> claim = Optional.empty();

  public FaultyProxy(URI store) throws IOException {
    this.store = store;
    server = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
    server.createContext("/", this::forward);
    server.setExecutor(threads);
    server.start();
  }

  public URI endpoint() {
    return URI.create("http://localhost:" + server.getAddress().getPort());
  }

  public void fault(Fault next, String ofObject) {
    object = ofObject;
    fault = next;
    requests.clear();
  }

  /**
   * Claims the number of a version for another upload right after the next write of an object, as a
   * store does that checks and writes in two steps.
   */
  public void claimAfter(String path, String digests) {
    fault(Fault.NONE, path);
    claim = Optional.of(digests);
  }

  /** Paths of the requests since the last {@link #fault}. */
  public List<String> requests() {
    return List.copyOf(requests);
  }

  private void forward(HttpExchange exchange) throws IOException {
    URI uri = exchange.getRequestURI();
    requests.add(exchange.getRequestMethod() + " " + uri.getPath());
    Fault now = uri.getPath().contains(object) ? fault : Fault.NONE;
    try (exchange) {
      if (isConditional(exchange) && now == Fault.REJECTED_WRITE) {
        exchange.sendResponseHeaders(412, -1);
        return;
      }
      if (isConditional(exchange) && now == Fault.CONFLICTING_WRITE) {
        fault = Fault.NONE;
        exchange.sendResponseHeaders(409, -1);
        return;
      }
      now = exchange.getRequestMethod().equals("GET") ? now : Fault.NONE;
      if (now == Fault.UNAVAILABLE) {
        exchange.sendResponseHeaders(503, -1);
        return;
      }
      if (now == Fault.PAGE) {
        byte[] page = "<html>sign in</html>".getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, page.length);
        exchange.getResponseBody().write(page);
        return;
      }
      HttpResponse<byte[]> answer = send(exchange, uri);
      if (exchange.getRequestMethod().equals("PUT") && uri.getPath().contains(object)) {
        claim(uri);
      }
      answer
          .headers()
          .map()
          .forEach(
              (name, values) -> {
                if (!OF_THE_CONNECTION.contains(name.toLowerCase())) {
                  exchange.getResponseHeaders().put(name, List.copyOf(values));
                }
              });
      byte[] body = answer.body();
      exchange.sendResponseHeaders(answer.statusCode(), body.length == 0 ? -1 : body.length);
      if (body.length > 0) {
        write(exchange.getResponseBody(), body, now);
      }
    }
  }

  private static boolean isConditional(HttpExchange exchange) {
    return exchange.getRequestHeaders().containsKey("If-Match")
        || exchange.getRequestHeaders().containsKey("If-None-Match");
  }

  private HttpResponse<byte[]> send(HttpExchange exchange, URI uri) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(store + uri.toString()))
            .method(
                exchange.getRequestMethod(),
                HttpRequest.BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes()));
    exchange
        .getRequestHeaders()
        .forEach(
            (name, values) -> {
              if (!OF_THE_CONNECTION.contains(name.toLowerCase())) {
                values.forEach(value -> request.header(name, value));
              }
            });
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private void claim(URI written) throws IOException {
    Optional<String> content = claim;
    claim = Optional.empty();
    if (content.isPresent()) {
      URI claimed = URI.create(store + written.getPath()).resolve(FileDigests.FILE);
      HttpRequest.BodyPublisher body = HttpRequest.BodyPublishers.ofString(content.get());
      try {
        http.send(
            HttpRequest.newBuilder(claimed).PUT(body).build(),
            HttpResponse.BodyHandlers.discarding());
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
  }

  private static void write(OutputStream out, byte[] body, Fault fault) throws IOException {
    switch (fault) {
      case NONE, UNAVAILABLE, PAGE, REJECTED_WRITE, CONFLICTING_WRITE -> out.write(body);
      case CUT -> out.write(body, 0, body.length / 2); // closing the exchange ends the connection
      case WRONG_BYTES -> {
        body[body.length / 2] ^= (byte) 0x80; // no UTF-8
        out.write(body);
      }
      case SLOW -> {
        int piece = body.length / SLOW_PIECES + 1;
        for (int i = 0; i < body.length; i += piece) {
          out.write(body, i, Math.min(piece, body.length - i));
          out.flush();
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdown();
  }
}
