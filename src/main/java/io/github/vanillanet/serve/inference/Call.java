package io.github.vanillanet.serve.inference;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.model.repository.ModelId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What goes along with one request: its deadline, its clock, whether its client is still there, and
 * who answered. Of one thread at a time, but {@link #abandon} may be called from any.
 */
public final class Call {

  private final Ticker ticker;
  private final long arrived;
  private final StageClock clock;
  private final CompletableFuture<Void> abandoned = new CompletableFuture<>();
  private Deadline deadline = Deadline.never();
  private Optional<ModelId> answeredBy = Optional.empty();

  /**
   * @param arrived when the request did, on {@code ticker}; budgets begin there
   */
  public Call(Ticker ticker, long arrived) {
    this.ticker = ticker;
    this.arrived = arrived;
    this.clock = new StageClock(ticker, arrived);
  }

  /** A call that begins now and has all the time there is. */
  public static Call unbounded() {
    Ticker ticker = Ticker.system();
    return new Call(ticker, ticker.nanos());
  }

  /** Limits the time from arrival to answer; of several limits the tightest holds. */
  public void limit(Duration budget) {
    deadline = Deadline.after(ticker, arrived, budget).sooner(deadline);
  }

  public Deadline deadline() {
    return deadline;
  }

  public StageClock clock() {
    return clock;
  }

  /** The client is gone: what is not begun for it need not be. */
  public void abandon() {
    abandoned.complete(null);
  }

  /**
   * @throws ServiceException {@code CLIENT_GONE} if the client has left
   */
  void requireClient() {
    if (abandoned.isDone()) {
      throw new ServiceException(
          ErrorCode.CLIENT_GONE, "the client left before its image was decoded");
    }
  }

  /** Runs {@code action} when the client leaves, at once if it has left. */
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
