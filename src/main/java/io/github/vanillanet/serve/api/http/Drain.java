package io.github.vanillanet.serve.api.http;

import io.github.vanillanet.serve.api.connections.Connections;
import io.quarkus.smallrye.health.runtime.ShutdownReadinessCheck;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/**
 * Finishes the requests of clients after the signal to stop. Readiness is down at once. Requests
 * are served during the delay, and answered with 503 after it, until those in flight are finished.
 * Then the listening sockets are closed. Connections stay open until their answers are sent.
 *
 * <p>Quarkus calls {@link #shutdown} before it stops anything, and waits for it. Its own filter,
 * which answers without a body, rejects requests only afterwards.
 */
@Readiness
@Singleton
public final class Drain extends ShutdownReadinessCheck {

  private static final Logger LOG = Logger.getLogger(Drain.class);

  /** A client that sends nothing for this long has seen its answers. */
  private static final Duration QUIET = Duration.ofMillis(200);

  /** The longest wait for clients that continue to send, and then for the last answers. */
  private static final Duration LAST_WAIT = Duration.ofSeconds(1);

  private static final long POLL_MILLIS = 10;

  private final Connections connections;
  private final Duration delay;
  private final Duration timeout;
  private final List<Runnable> rejections = new CopyOnWriteArrayList<>();
  private volatile long rejectingSince;

  /** Each answer makes its client close the connection. */
  volatile boolean closing;

  /** New requests are answered with 503. */
  volatile boolean rejecting;

  Drain(
      Connections connections,
      @ConfigProperty(name = "quarkus.shutdown.delay") Optional<Duration> delay,
      @ConfigProperty(name = "quarkus.shutdown.timeout") Optional<Duration> timeout) {
    this.connections = connections;
    this.delay = delay.orElse(Duration.ZERO);
    this.timeout = timeout.orElse(Duration.ZERO);
  }

  /** Adds an action that makes another server reject requests. It must not wait. */
  public void onRejecting(Runnable action) {
    rejections.add(action);
  }

  /** Returns whether new requests are answered with 503. */
  public boolean isRejecting() {
    return rejecting;
  }

  /** Time that is left to finish requests in flight. */
  public Duration remaining() {
    Duration left = rejecting ? timeout.minus(sinceRejecting()) : timeout;
    return left.isNegative() ? Duration.ZERO : left;
  }

  private Duration sinceRejecting() {
    return Duration.ofNanos(System.nanoTime() - rejectingSince);
  }

  @Override
  public void shutdown() {
    super.shutdown();
    closing = true;
    try {
      TimeUnit.NANOSECONDS.sleep(delay.toNanos());
      reject();
      await(() -> connections.unanswered(sinceRejecting()) == 0, remaining());
      long late = connections.unanswered(sinceRejecting());
      if (late > 0) {
        LOG.warnf("requests cut off after %s: %d", timeout, late);
        connections.closeUnanswered(sinceRejecting());
      }
      await(() -> connections.isQuiet(QUIET), LAST_WAIT);
      connections.stopListening();
      await(() -> connections.unanswered(Duration.ZERO) == 0, LAST_WAIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void reject() {
    rejectingSince = System.nanoTime();
    rejecting = true;
    rejections.forEach(Runnable::run);
  }

  private static void await(BooleanSupplier condition, Duration longest)
      throws InterruptedException {
    long start = System.nanoTime();
    while (!condition.getAsBoolean() && System.nanoTime() - start < longest.toNanos()) {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }
}
