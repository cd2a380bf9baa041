package io.github.vanillanet.serve.inference;

import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.serve.metrics.Stage;
import io.github.vanillanet.serve.metrics.Timings;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Where the time of one request goes. It travels with the request from thread to thread, never used
 * by two at once.
 */
public final class StageClock {

  private final Ticker ticker;
  private final long arrived;
  private final Map<Stage, Duration> stages = new EnumMap<>(Stage.class);

  /**
   * @param arrived when the request did, on {@code ticker}
   */
  public StageClock(Ticker ticker, long arrived) {
    this.ticker = ticker;
    this.arrived = arrived;
  }

  /** The time now, on the ticker that this reads. */
  long nanos() {
    return ticker.nanos();
  }

  /** Does work, and counts its time for a stage even if it fails. */
  public <T> T time(Stage stage, Supplier<T> work) {
    long started = ticker.nanos();
    try {
      return work.get();
    } finally {
      add(stage, ticker.nanos() - started);
    }
  }

  /** Counts time that somebody else measured. */
  public void add(Stage stage, long nanos) {
    stages.merge(stage, Duration.ofNanos(nanos), Duration::plus);
  }

  /** Time since the request's arrival. */
  long elapsedNanos() {
    return ticker.nanos() - arrived;
  }

  /** The stages so far, and the total up to now. */
  public Timings read() {
    Map<Stage, Duration> sofar = new EnumMap<>(Stage.class);
    sofar.putAll(stages);
    sofar.put(Stage.TOTAL, Duration.ofNanos(ticker.nanos() - arrived));
    return new Timings(sofar);
  }
}
