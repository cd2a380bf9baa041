package io.github.vanillanet.serve.inference;

import static io.github.vanillanet.base.error.ErrorCode.CLIENT_GONE;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.serve.metrics.Stage;
import io.github.vanillanet.serve.metrics.Timings;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * One request on its way through the service: its deadline, the time of its stages, whether its
 * client is still connected, and which version answers. Used by one thread at a time; only {@link
 * #abandon} may be called from any thread.
 */
public final class Call {

  private final Ticker ticker;
  private final long arrived;
  private final Map<Stage, Duration> stages = new EnumMap<>(Stage.class);
  private final CompletableFuture<Void> abandoned = new CompletableFuture<>();
  private Deadline deadline = Deadline.never();
  private Optional<ModelId> answeredBy = Optional.empty();

  /**
   * @param arrived when the request arrived, on {@code ticker}; budgets start there
   */
  public Call(Ticker ticker, long arrived) {
    this.ticker = ticker;
    this.arrived = arrived;
  }

  /** A call that starts now and has no deadline. */
  public static Call unbounded() {
    Ticker ticker = Ticker.system();
    return new Call(ticker, ticker.nanos());
  }

  /** Limits the time from arrival to answer. Of several limits the shortest counts. */
  public void limit(Duration budget) {
    deadline = Deadline.after(ticker, arrived, budget).sooner(deadline);
  }

  public Deadline deadline() {
    return deadline;
  }

  /** The time now, on the ticker of this call. */
  long nanos() {
    return ticker.nanos();
  }

  /** Runs {@code work} and adds its time to a stage, even if it fails. */
  public <T> T time(Stage stage, Supplier<T> work) {
    long started = ticker.nanos();
    try {
      return work.get();
    } finally {
      stages.merge(stage, Duration.ofNanos(ticker.nanos() - started), Duration::plus);
    }
  }

  /** Adds the time that a lane took. */
  void computed(long queueNanos, long inferNanos) {
    stages.merge(Stage.QUEUE, Duration.ofNanos(queueNanos), Duration::plus);
    stages.merge(Stage.INFER, Duration.ofNanos(inferNanos), Duration::plus);
  }

  /** Time since the request arrived. */
  long elapsedNanos() {
    return ticker.nanos() - arrived;
  }

  /** The stages so far, and the total up to now. */
  public Timings timings() {
    Map<Stage, Duration> all = new EnumMap<>(Stage.class);
    all.putAll(stages);
    all.put(Stage.TOTAL, Duration.ofNanos(ticker.nanos() - arrived));
    return new Timings(all);
  }

  /** The client has disconnected: remaining work is skipped. */
  public void abandon() {
    abandoned.complete(null);
  }

  /**
   * @throws ServiceException {@code CLIENT_GONE} if the client has disconnected
   */
  void requireClient() {
    if (abandoned.isDone()) {
      throw CLIENT_GONE.error("the client disconnected before its image was decoded");
    }
  }

  /** Runs {@code action} when the client disconnects, or now if it has already. */
  void onAbandon(Runnable action) {
    abandoned.thenRun(action);
  }

  void answeredBy(ModelId model) {
    answeredBy = Optional.of(model);
  }

  /** The version that does the work, once it is chosen. */
  public Optional<ModelId> answeredBy() {
    return answeredBy;
  }
}
