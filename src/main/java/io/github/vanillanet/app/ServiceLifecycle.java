package io.github.vanillanet.app;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.config.UnknownSettings;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.engine.DeviceMemory;
import io.github.vanillanet.serve.api.access.SignIn;
import io.github.vanillanet.serve.inference.BodyMemory;
import io.github.vanillanet.serve.registry.DefaultModel;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.github.vanillanet.train.jobs.JobRunner;
import io.github.vanillanet.train.pipeline.DryRuns;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Provider;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;

/**
 * Starts and stops the service. A thread of its own loads the models, so that the health checks
 * answer during the start-up.
 */
@Singleton
public final class ServiceLifecycle {

  /** States only move forward. */
  public enum State {
    LOADING,
    /** The repository has no model yet. */
    EMPTY,
    READY,
    FAILED,
    CLOSING
  }

  private static final Logger LOG = Logger.getLogger(ServiceLifecycle.class);

  /** A load that takes longer is assumed to hang. */
  private static final Duration LONGEST_LOAD = Duration.ofSeconds(30);

  private final ServingConfig config;
  private final Config sources;
  private final Provider<SignIn> signIn;
  private final BodyMemory bodyMemory;
  private final ModelBringUp models;
  private final RepositoryPolling polling;
  private final ModelRegistry registry;
  private final DefaultModel defaultModel;
  private final JobRunner jobs;
  private final DryRuns dryRuns;
  private final WarmUp warmUp;
  private final IdleMemory memory = IdleMemory.ofProcess();
  private final Thread start = new Thread(this::bringUp, "start-up");
  private State state = State.LOADING; // guarded by this
  private volatile String reason = "";

  ServiceLifecycle(
      ServingConfig config,
      Config sources,
      Provider<SignIn> signIn,
      BodyMemory bodyMemory,
      ModelBringUp models,
      RepositoryPolling polling,
      ModelRegistry registry,
      DefaultModel defaultModel,
      JobRunner jobs,
      DryRuns dryRuns,
      WarmUp warmUp) {
    this.config = config;
    this.sources = sources;
    this.signIn = signIn;
    this.bodyMemory = bodyMemory;
    this.models = models;
    this.polling = polling;
    this.registry = registry;
    this.defaultModel = defaultModel;
    this.jobs = jobs;
    this.dryRuns = dryRuns;
    this.warmUp = warmUp;
  }

  public synchronized State state() {
    return state;
  }

  /** Why the service is not ready, if it waits for an operator. */
  Optional<String> reason() {
    return state() == State.EMPTY ? Optional.of(reason) : Optional.empty();
  }

  private synchronized boolean advance(State next) {
    boolean forward = next.ordinal() > state.ordinal();
    if (forward) {
      state = next;
    }
    return forward;
  }

  void start(@Observes StartupEvent event) {
    UnknownSettings.warnings(sources).forEach(LOG::warn);
    LOG.info(AdminAccess.description(sources));
    sources
        .getOptionalValue("AIP_STORAGE_URI", String.class)
        .ifPresent(
            uri -> LOG.warnf("AIP_STORAGE_URI is ignored: models are read from the repository"));
    start.start();
  }

  private void bringUp() {
    try {
      signIn.get(); // otherwise the first sign-in would find a damaged setting
      jobs.check();
      boolean hasModels = models.run(() -> state() == State.CLOSING);
      registry.onChange(defaultModel::update);
      defaultModel.update();
      if (hasModels) {
        becomeReady();
      } else {
        reason = models.reasonToWait();
        if (advance(State.EMPTY)) {
          LOG.warn(reason);
        }
      }
      if (state() != State.CLOSING) {
        polling.start(this::polled);
        jobs.start();
        dryRuns.start();
        memory.start();
      }
    } catch (ServiceException e) {
      fail(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      LOG.debug("the start-up failed", e);
      fail("the start-up failed: " + e);
    }
  }

  private void polled() {
    if (state() != State.EMPTY) {
      return;
    }
    if (registry.names().isEmpty()) {
      reason = models.reasonToWait();
      return;
    }
    try {
      models.requireConfiguredNames();
    } catch (ServiceException e) { // other requests can be answered
      LOG.error(e.getMessage());
    }
    try {
      becomeReady();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void becomeReady() throws InterruptedException {
    warmUp.run();
    DeviceMemory.releaseFree(); // what loading, compiling and the warm-up have freed
    if (advance(State.READY)) {
      LOG.infof(
          "ready: port %s, repository %s, default model %s, limits: %d queued images per model,"
              + " %d pixels, image bodies %d MiB, tensor bodies %d MiB, all bodies %d MiB",
          sources.getValue("quarkus.http.port", String.class),
          config.repository().text(),
          defaultModel.name().orElse("(none)"),
          config.queueCapacity(),
          config.maxPixels(),
          config.maxImageBody().asLongValue() >> 20,
          config.maxTensorBody().asLongValue() >> 20,
          bodyMemory.capacity() >> 20);
    }
  }

  private void fail(String failure) {
    if (advance(State.FAILED)) {
      LOG.error(failure);
      Quarkus.asyncExit(1);
    }
  }

  void stop(@Observes ShutdownEvent event) throws InterruptedException {
    advance(State.CLOSING);
    warmUp.close();
    start.join(LONGEST_LOAD.toMillis()); // a model can be closed only after it is loaded
    polling.close();
    jobs.close();
    memory.close();
    registry.close();
  }
}
