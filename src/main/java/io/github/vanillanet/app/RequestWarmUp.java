package io.github.vanillanet.app;

import io.github.vanillanet.batching.Lane;
import io.github.vanillanet.config.ServingConfig;
import io.github.vanillanet.engine.Device;
import io.github.vanillanet.network.Architecture;
import io.github.vanillanet.publish.EmbeddedModel;
import io.github.vanillanet.registry.ModelId;
import io.github.vanillanet.registry.ModelRegistry;
import io.github.vanillanet.registry.Placement;
import io.github.vanillanet.registry.ServedModel;
import io.github.vanillanet.registry.StoredVersion;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Sends photos and tensors to the service's own port beside the loading of the models, so that the
 * first users do not meet code that the JVM still interprets: that costs several milliseconds a
 * request. The way is the real one, from the socket to the answer; only the model at its end has no
 * weights, because a forward may take longer than all the rest.
 */
@Singleton
final class RequestWarmUp {

  private static final Logger LOG = Logger.getLogger(RequestWarmUp.class);
  private static final String NAME = ".warm-up";
  private static final int QUEUE = 8;

  private final ModelRegistry registry;
  private final OwnClient client;
  private final Duration length;
  private final Thread thread = new Thread(this::run, "request-warm-up");
  private volatile boolean ended;

  RequestWarmUp(ServingConfig config, ModelRegistry registry, OwnClient client) {
    this.registry = registry;
    this.client = client;
    this.length = config.warmUp();
    thread.setDaemon(true);
  }

  /** Begins; never fails. */
  void start() {
    if (length.toNanos() > 0) {
      thread.start();
    }
  }

  /** Waits until it has had its time, {@code vanillanet.warm-up} since the first answer. */
  void await() {
    try {
      thread.join();
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
      registry.serveUnlisted(NAME, model(version));
      LOG.debugf("%d requests to itself", rehearse(version));
    } catch (RuntimeException e) { // no reason to serve nobody
      LOG.debug("no requests to itself", e);
    } finally {
      registry.remove(NAME);
      client.close();
    }
  }

  /** Until it has had its time, or cannot reach the service for so long. */
  private int rehearse(StoredVersion version) {
    Architecture input = version.manifest().architecture();
    byte[] jpeg = SamplePhoto.jpeg();
    OwnClient.Message photo = OwnClient.photo(NAME, jpeg);
    OwnClient.Message hopeless = OwnClient.hopeless(NAME, jpeg);
    OwnClient.Message pixels = OwnClient.pixels(NAME, input.inputHeight(), input.inputWidth());
    List<OwnClient.Message> messages = // most on a kept connection, one of each kind on a new one
        List.of(photo, pixels, photo, hopeless, photo.last(), hopeless.last(), pixels.last());
    long begin = System.nanoTime();
    int answers = 0;
    for (int i = 0; !ended && System.nanoTime() - begin < length.toNanos(); i++) {
      if (client.post(messages.get(i % messages.size()))) {
        begin = answers == 0 ? System.nanoTime() : begin;
        answers++;
      }
    }
    return answers;
  }

  private static ServedModel model(StoredVersion like) {
    StoredVersion version =
        new StoredVersion(new ModelId("warm-up", 1), like.folder(), like.manifest(), like.labels());
    Lane lane = new Lane(version.id().name(), new NoWeights(version.labels().size()), QUEUE);
    Duration none = Duration.ofNanos(1);
    lane.open(none);
    Placement placement = new Placement(List.of(Device.CPU), version.manifest().certificate());
    return new ServedModel(version, placement, lane, none, none);
  }
}
