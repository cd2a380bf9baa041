package io.github.vanillanet.app;

import io.github.vanillanet.base.config.ServingConfig;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.net.URL;
import java.time.Duration;
import java.util.UUID;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;

/**
 * Sends requests to the service's own port, so that the JVM compiles the code between the socket
 * and the model before clients need it. Interpreted, this code takes milliseconds per request. The
 * requests go to {@link WarmUpResource}, which runs no model. They appear neither in the access log
 * nor in metrics or traces: {@code application.properties} excludes their path.
 *
 * <p>The service is not ready before the first part, {@code vanillanet.warm-up}, is over. The
 * second part runs on a thread of its own and pauses while clients send requests.
 */
@Singleton
final class WarmUp {

  private static final Logger LOG = Logger.getLogger(WarmUp.class);

  /** The JVM fully optimises a method after 5,000 calls, or later if its compiler is busy. */
  private static final int REQUESTS = 16_000;

  private static final int PHOTO_BYTES = 32 << 10; // the size of a typical photo
  private static final int TENSOR_BYTES = 4 * 3 * 224 * 224; // one float32 image

  /** Large bodies arrive in many pieces, so some requests have the size of a tensor. */
  private static final int REQUESTS_PER_TENSOR = 4;

  private static final Duration PAUSE = Duration.ofMillis(250);
  private static final int TIMEOUT_MILLIS = 3_000;
  private static final int MAX_FAILURES = 10;

  private final Duration beforeReady;
  private final Config config;
  private final MeterRegistry meters;
  private final String key = UUID.randomUUID().toString();
  private final byte[] body = new byte[TENSOR_BYTES];
  private int sent; // used by one thread at a time, like the next field
  private int failed;
  private volatile boolean closed;

  WarmUp(ServingConfig settings, Config config, MeterRegistry meters) {
    this.beforeReady = settings.warmUp();
    this.config = config;
    this.meters = meters;
  }

  /** Returns whether a request has the key of this process, which clients cannot guess. */
  boolean isOwn(String key) {
    return this.key.equals(key);
  }

  /** Runs the first part and starts the second one. */
  void run() throws InterruptedException {
    long end = System.nanoTime() + beforeReady.toNanos();
    while (goesOn() && System.nanoTime() < end) {
      send();
    }
    LOG.debugf("%d warm-up requests before the service is ready", sent);
    if (sent > 0) {
      Thread thread = new Thread(this::runWhileIdle, "warm-up");
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void runWhileIdle() {
    try {
      double requests = clientRequests();
      while (goesOn() && sent + requests < REQUESTS) { // those of clients warm up as well
        double before = requests;
        requests = clientRequests();
        if (requests == before) {
          send();
        } else {
          Thread.sleep(PAUSE.toMillis());
        }
      }
      LOG.debugf("%d warm-up requests in total", sent);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean goesOn() {
    return !closed && sent < REQUESTS && failed < MAX_FAILURES;
  }

  /** Requests to models so far. Those of the warm-up are not counted. */
  private double clientRequests() {
    return meters.find("vanillanet.requests").counters().stream().mapToDouble(Counter::count).sum();
  }

  /** Sends one request over a kept connection. */
  private void send() throws InterruptedException {
    int length = sent % REQUESTS_PER_TENSOR == 0 ? TENSOR_BYTES : PHOTO_BYTES;
    try {
      HttpURLConnection request = (HttpURLConnection) url().openConnection(Proxy.NO_PROXY);
      request.setConnectTimeout(TIMEOUT_MILLIS);
      request.setReadTimeout(TIMEOUT_MILLIS);
      request.setDoOutput(true);
      request.setFixedLengthStreamingMode(length);
      request.setRequestProperty("Content-Type", "image/jpeg");
      request.getOutputStream().write(body, 0, length);
      request.getInputStream().readAllBytes();
      sent++;
    } catch (IOException e) { // on a busy machine, or if only HTTPS is open
      failed++;
      Thread.sleep(PAUSE.toMillis());
    }
  }

  /** The port is read for each request: port 0 is replaced by the chosen one. */
  private URL url() throws IOException {
    String host = config.getValue("quarkus.http.host", String.class);
    int port = config.getValue("quarkus.http.port", Integer.class);
    String address = host.equals("0.0.0.0") ? "127.0.0.1" : host;
    return URI.create("http://%s:%d%s/%s".formatted(address, port, WarmUpResource.PATH, key))
        .toURL();
  }

  void close() {
    closed = true;
  }
}
