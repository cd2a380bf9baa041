package io.github.vanillanet.app;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.repository.EmbeddedModel;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.github.vanillanet.serve.registry.Placement;
import io.github.vanillanet.serve.registry.ServedModel;
import io.github.vanillanet.serve.scheduler.Lane;
import io.github.vanillanet.serve.scheduler.Scheduler;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jboss.logging.Logger;

/**
 * Sends photos, tensors and requests that are refused to the service's own port, so that users do
 * not meet code that the JVM still interprets: that costs several milliseconds a request. It begins
 * beside the loading of the models and holds readiness back for its time; then it goes on while the
 * service has nothing to do, until the JVM has compiled what each request passes. The way is the
 * real one, from the socket to the answer; only the model at its end has no weights, because a
 * forward may take longer than all the rest.
 */
@Singleton
final class RequestWarmUp {

  private static final Logger LOG = Logger.getLogger(RequestWarmUp.class);
  private static final String NAME = ".warm-up";
  private static final String LATE = ".warm-up-late"; // has no time for anything
  private static final int QUEUE = 8;

  /**
   * The JVM compiles with all its optimisations what was called 5,000 times, or two to three times
   * as often while many methods wait for its compiler. What every other request calls needs twice
   * that. With 10,000 the compiler took 8 to 12 % of the first storm on one processor, with 16,000
   * as much, with 24,000 3 to 8 %, with 40,000 no less.
   */
  private static final int ENOUGH = 24_000;

  /** A model that is being loaded is timed, forward after forward: nothing shall slow that down. */
  private static final Duration BREATH = Duration.ofMillis(10);

  /** Users who ask at a steady rate come again sooner. */
  private static final Duration PAUSE = Duration.ofMillis(250);

  private final ModelRegistry registry;
  private final Scheduler turns;
  private final OwnClient client;
  private final Duration length;
  private final Thread thread = new Thread(this::run, "request-warm-up");
  private final CountDownLatch mayBeReady = new CountDownLatch(1);
  private volatile boolean ended;

  RequestWarmUp(ServingConfig config, ModelRegistry registry, Scheduler turns, OwnClient client) {
    this.registry = registry;
    this.turns = turns;
    this.client = client;
    this.length = config.warmUp();
    thread.setDaemon(true);
  }

  /** Begins; never fails. */
  void start() {
    if (length.toNanos() > 0) {
      thread.start();
    } else {
      mayBeReady.countDown();
    }
  }

  /** Waits until it has had its time, {@code vanillanet.warm-up} since the first answer. */
  void await() {
    try {
      mayBeReady.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends it early. */
  void close() {
    ended = true;
  }

  private void run() {
    try {
      StoredVersion version = EmbeddedModel.described();
      registry.serveUnlisted(NAME, model(version, Duration.ofNanos(1)));
      registry.serveUnlisted(LATE, model(version, Duration.ofDays(1)));
      rehearse(messages(version.manifest().architecture()));
    } catch (InterruptedException | RuntimeException e) { // no reason to serve nobody
      LOG.debug("no requests to itself", e);
    } finally {
      mayBeReady.countDown();
      registry.remove(NAME);
      registry.remove(LATE);
      client.close();
    }
  }

  /**
   * On a kept connection and on new ones, with a budget and without. As many are refused: they have
   * code of their own.
   */
  private static List<OwnClient.Message> messages(Architecture input) {
    OwnClient.Message photo = OwnClient.photo(NAME, SamplePhoto.jpeg(500, 375));
    OwnClient.Message small = OwnClient.photo(NAME, SamplePhoto.jpeg(100, 75));
    OwnClient.Message hopeless = OwnClient.hopeless(LATE, SamplePhoto.jpeg(100, 75));
    OwnClient.Message pixels = OwnClient.pixels(NAME, input.inputHeight(), input.inputWidth());
    return List.of(
        photo.within("60000"),
        hopeless.within("848.896"),
        pixels,
        hopeless.within("80").last(),
        small.within("30000.25").last(),
        hopeless.within("1500.5"),
        pixels.last(),
        hopeless.within("250").last());
  }

  private void rehearse(List<OwnClient.Message> messages) throws InterruptedException {
    int answers = 0;
    long begin = System.nanoTime();
    int next = 0;
    while (!ended && System.nanoTime() - begin < length.toNanos()) {
      if (!turns.isIdleFor(BREATH)) {
        Thread.sleep(BREATH.toMillis());
      } else if (client.post(messages.get(next++ % messages.size()))) {
        begin = answers == 0 ? System.nanoTime() : begin;
        answers++;
      }
    }
    LOG.debugf("%d requests to itself", answers);
    mayBeReady.countDown();
    while (!ended && answers > 0 && next < ENOUGH) {
      if (!turns.isIdleFor(PAUSE)) {
        Thread.sleep(PAUSE.toMillis());
      } else {
        client.post(messages.get(next++ % messages.size()));
      }
    }
    LOG.debug("no more requests to itself");
  }

  /**
   * @param forward that is expected of it, until it has done one
   */
  private static ServedModel model(StoredVersion like, Duration forward) {
    StoredVersion version =
        new StoredVersion(new ModelId("warm-up", 1), like.folder(), like.manifest(), like.labels());
    Lane lane = new Lane(version.id().name(), new NoWeights(version.labels().size()), QUEUE);
    lane.open(forward);
    Placement placement = new Placement(List.of(Device.CPU), version.manifest().certificate());
    return new ServedModel(version, placement, lane, forward, forward);
  }
}
