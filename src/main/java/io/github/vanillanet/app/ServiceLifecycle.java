package io.github.vanillanet.app;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.github.vanillanet.serve.registry.DefaultModel;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.github.vanillanet.serve.scheduler.Scheduler;
import io.github.vanillanet.train.jobs.JobRunner;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.jboss.logging.Logger;

/**
 * Start and end of the service. Models come up on a thread of their own, so that liveness is
 * answered from the first moment and readiness tells the truth.
 */
@Singleton
public final class ServiceLifecycle {

  /** Where the service stands. States only move forward. */
  public enum State {
    LOADING,
    READY,
    FAILED,
    CLOSING
  }

  private static final Logger LOG = Logger.getLogger(ServiceLifecycle.class);

  /** A load that takes longer hangs with its device, and must not keep the process. */
  private static final Duration LAST_LOAD = Duration.ofSeconds(30);

  private final ModelRegistry registry;
  private final DefaultModel defaultModel;
  private final LoaderWhenReady loader;
  private final JobRunner jobs;
  private final RequestWarmUp warmUp;
  private final Thread bringUp;
  private State state = State.LOADING; // guarded by this

  ServiceLifecycle(
      ServingConfig config,
      Scheduler turns,
      ModelRegistry registry,
      DefaultModel defaultModel,
      ServingMetrics metrics,
      LoaderWhenReady loader,
      Instance<ImageDecoder> decoder,
      RequestWarmUp warmUp,
      JobRunner jobs) {
    this.registry = registry;
    this.defaultModel = defaultModel;
    this.loader = loader;
    this.jobs = jobs;
    this.warmUp = warmUp;
    ModelBringUp models =
        new ModelBringUp(
            config,
            new LaneConfiguration(config, turns),
            registry,
            metrics,
            decoder::get,
            () -> state() == State.CLOSING);
    this.bringUp = new Thread(() -> bringUp(models), "model-bring-up");
  }

  public synchronized State state() {
    return state;
  }

  private synchronized boolean advance(State next) {
    boolean forward = next.ordinal() > state.ordinal();
    if (forward) {
      state = next;
    }
    return forward;
  }

  void start(@Observes StartupEvent event) {
    bringUp.start();
  }

  private void bringUp(ModelBringUp models) {
    try {
      jobs.check();
      warmUp.start();
      loader.ready(models.run());
      registry.onChange(defaultModel::update);
      defaultModel.start();
      warmUp.await();
      if (advance(State.READY)) {
        LOG.info("ready");
        jobs.start();
      }
    } catch (ServiceException e) {
      fail(e.getMessage());
    } catch (RuntimeException | Error e) {
      LOG.debug("start-up failed", e);
      fail("start-up failed: " + e);
    }
  }

  private void fail(String reason) {
    if (advance(State.FAILED)) {
      LOG.error(reason);
      Quarkus.asyncExit(1);
    }
  }

  void stop(@Observes ShutdownEvent event) throws InterruptedException {
    advance(State.CLOSING);
    warmUp.close();
    // a model that is being loaded is finished first: then it can be closed
    bringUp.join(LAST_LOAD.toMillis());
    jobs.close();
    registry.close();
  }
}
