package io.github.vanillanet.app;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.serve.registry.RepositoryFollower;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Follows the repository on a thread of its own, which ends with {@link #close}. The next pause
 * begins when a poll has ended, so polls never overlap.
 */
@Singleton
final class RepositoryPolling implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(RepositoryPolling.class);

  /** A poll that takes longer waits for the disk, so the process ends without it. */
  private static final Duration LONGEST_POLL = Duration.ofSeconds(30);

  private final Duration interval;
  private final Instance<RepositoryFollower> follower;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "repository");
  private Runnable polled = () -> {}; // written before the thread starts

  /**
   * @param follower created when the models are loaded, because the repository can be invalid
   */
  RepositoryPolling(ServingConfig config, Instance<RepositoryFollower> follower) {
    this.interval = config.repositoryPoll();
    this.follower = follower;
  }

  /**
   * @param polled runs after each poll, on the same thread
   */
  void start(Runnable polled) {
    this.polled = polled;
    thread.setDaemon(true); // it may wait for a network file system
    thread.start();
  }

  private void run() {
    try {
      while (!closed.await(interval.toMillis(), TimeUnit.MILLISECONDS)) {
        poll();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void poll() {
    try {
      follower.get().poll(() -> closed.getCount() == 0);
      polled.run();
    } catch (RuntimeException | Error e) { // the next poll may succeed
      LOG.error("a poll of the repository failed", e);
    }
  }

  @Override
  public void close() throws InterruptedException {
    closed.countDown();
    thread.join(LONGEST_POLL.toMillis());
  }
}
