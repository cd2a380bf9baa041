package io.github.vanillanet.serve.inference;

import static io.github.vanillanet.base.error.ErrorCode.CLIENT_GONE;
import static io.github.vanillanet.base.error.ErrorCode.DEADLINE_EXCEEDED;
import static io.github.vanillanet.base.error.ErrorCode.ENGINE_FAILURE;
import static io.github.vanillanet.base.error.ErrorCode.NOT_READY;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.PictureOptions;
import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.serve.metrics.Outcome;
import io.github.vanillanet.serve.metrics.Stage;
import io.github.vanillanet.serve.metrics.VersionMeters;
import io.github.vanillanet.serve.registry.ServedModel;
import io.github.vanillanet.serve.scheduler.Lane;
import io.github.vanillanet.serve.scheduler.ModelInput;
import io.github.vanillanet.serve.scheduler.Reservation;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One request on its way through the service: its deadline, the time of its stages, whether its
 * client is still connected, which version answers, and how it ends. Used by one thread at a time;
 * only {@link #abandon} may be called from any thread.
 */
public final class Call {

  private final Ticker ticker;
  private final long arrived;
  private final Map<Stage, Duration> stages = new EnumMap<>(Stage.class);
  private final CompletableFuture<Void> abandoned = new CompletableFuture<>();
  final SortedMap<Integer, String> inexact = new TreeMap<>();
  PictureOptions pictures = PictureOptions.NONE;
  int topK = 5;
  double threshold = 0;
  private Deadline deadline = Deadline.never();
  private boolean maps;
  private Optional<ServedModel> answeredBy = Optional.empty();

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

  /** Replaces parts of the model's preprocessing. */
  public void pictures(PictureOptions options) {
    pictures = options;
  }

  public int topK() {
    return topK;
  }

  /** Sets the number of predictions for an image; the default is 5. */
  public void topK(int count) {
    topK = count;
  }

  /** Leaves out predictions with a lower probability; the default is 0. */
  public void threshold(double probability) {
    threshold = probability;
  }

  /** How the pixels of images differ from an exact decode of the whole file, by index. */
  public SortedMap<Integer, String> inexact() {
    return inexact;
  }

  /** The answer needs the last maps, which {@link Inference#maps} then has. */
  public void requestMaps() {
    maps = true;
  }

  public Deadline deadline() {
    return deadline;
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

  /** The stages that the request has reached, and the total up to now. */
  public Map<Stage, Duration> timings() {
    Map<Stage, Duration> all = new EnumMap<>(stages);
    all.put(Stage.TOTAL, Duration.ofNanos(ticker.nanos() - arrived));
    return all;
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

  /**
   * @throws ServiceException {@code CLIENT_GONE} if the client has disconnected, {@code
   *     DEADLINE_EXCEEDED} if the deadline has passed
   */
  void requireWanted() {
    requireClient();
    if (deadline.passed()) {
      throw tooLate("its image was decoded");
    }
  }

  /** The version that does the work, once it is chosen. */
  public Optional<ServedModel> answeredBy() {
    return answeredBy;
  }

  /** Counts a request that was rejected before it reserved room. */
  void rejected(ServedModel served, ServiceException reason) {
    answeredBy = Optional.of(served);
    failed(served.meters(), reason);
  }

  /**
   * Computes one input. Reserves room before it prepares the input, so that rejected requests cost
   * nothing, and counts how the request ends.
   *
   * @param preparation estimated time to prepare the input
   * @param preparing makes the input that the lane computes
   * @param result makes the answer of its logits
   */
  <T> T run(
      ServedModel served,
      int images,
      Duration preparation,
      Supplier<ModelInput> preparing,
      Function<float[], T> result) {
    answeredBy = Optional.of(served);
    if (maps) {
      served.lastLayer(); // fails for a version without maps
    }
    Lane lane = served.lane();
    VersionMeters meters = served.meters();
    try (Reservation reservation = lane.reserve(images, deadline, preparation)) {
      meters.accepted(images);
      try {
        ModelInput input = maps ? preparing.get().withMaps() : preparing.get();
        int samples = input.samples();
        float[] logits = compute(served, reservation, input);
        T answer = time(Stage.POSTPROCESS, () -> result.apply(logits));
        if (deadline.passed()) {
          throw tooLate("the answer");
        }
        meters.answered(samples, timings());
        return answer;
      } finally {
        meters.released(images);
      }
    } catch (RuntimeException | Error e) {
      failed(meters, e);
      throw e;
    }
  }

  private float[] compute(ServedModel served, Reservation reservation, ModelInput input) {
    try {
      float[] logits = await(reservation.submit(input), "the answer");
      stages.merge(Stage.QUEUE, Duration.ofNanos(reservation.queueNanos()), Duration::plus);
      stages.merge(Stage.INFER, Duration.ofNanos(reservation.inferNanos()), Duration::plus);
      requireFinite(served, input, logits);
      served.answered();
      return logits;
    } catch (ExecutionException e) {
      if (ServiceException.has(e.getCause(), ENGINE_FAILURE)) {
        served.failed();
      }
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new CompletionException(e.getCause());
    }
  }

  /**
   * Waits for {@code event} until the deadline, and cancels it when the deadline passes or the
   * client disconnects.
   *
   * @throws ServiceException {@code DEADLINE_EXCEEDED}, {@code CLIENT_GONE}, or {@code NOT_READY}
   *     if the thread is interrupted
   */
  <T> T await(CompletableFuture<T> event, String name) throws ExecutionException {
    abandoned.thenRun(() -> event.cancel(false));
    try {
      return deadline.exists()
          ? event.get(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)
          : event.get();
    } catch (TimeoutException e) {
      event.cancel(false);
      throw tooLate(name);
    } catch (CancellationException e) {
      throw CLIENT_GONE.error("the client disconnected before %s", name);
    } catch (InterruptedException e) {
      event.cancel(false);
      Thread.currentThread().interrupt();
      throw NOT_READY.error("the service is shutting down");
    }
  }

  private ServiceException tooLate(String event) {
    return DEADLINE_EXCEEDED.error("the budget of %s ended before %s", deadline, event);
  }

  private static void requireFinite(ServedModel served, ModelInput input, float[] logits) {
    for (float logit : logits) {
      if (!Float.isFinite(logit)) {
        if (input.kind().pixels()) { // a client's tensor may cause this by itself
          served.failed();
        }
        throw ENGINE_FAILURE.error(
            "%s computed a logit that is not finite: %s", served.id(), logit);
      }
    }
  }

  private void failed(VersionMeters meters, Throwable failure) {
    meters.failed(outcome(failure), ticker.nanos() - arrived);
  }

  private static Outcome outcome(Throwable failure) {
    if (!(failure instanceof ServiceException named)) {
      return Outcome.FAILED;
    }
    return switch (named.code()) {
      case QUEUE_FULL -> Outcome.REJECTED;
      case DEADLINE_EXCEEDED -> Outcome.EXPIRED;
      case CLIENT_GONE -> Outcome.CANCELLED;
      case INVALID_REQUEST, TOO_LARGE, BODY_TOO_SLOW, UNSUPPORTED_IMAGE, UNDECODABLE_IMAGE ->
          Outcome.INVALID;
      case NOT_READY, // the lane is out of service, or the service is shutting down
          MODEL_NOT_FOUND,
          MODEL_AMBIGUOUS,
          OUT_OF_DEVICE_MEMORY,
          ENGINE_FAILURE,
          BAD_CHECKPOINT,
          BAD_ARTIFACT,
          NOT_EQUIVALENT,
          BAD_DATASET,
          JOB_NOT_FOUND,
          CONFLICT,
          FOREIGN_ORIGIN,
          TOO_MANY_SIGN_INS,
          BAD_CONFIGURATION ->
          Outcome.FAILED;
    };
  }
}
