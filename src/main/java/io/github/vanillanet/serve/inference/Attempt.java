package io.github.vanillanet.serve.inference;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.serve.inference.ImagePreparation.Prepared;
import io.github.vanillanet.serve.metrics.Outcome;
import io.github.vanillanet.serve.metrics.Stage;
import io.github.vanillanet.serve.metrics.VersionMeters;
import io.github.vanillanet.serve.registry.ServedModel;
import io.github.vanillanet.serve.scheduler.LaneAnswer;
import io.github.vanillanet.serve.scheduler.ModelInput;
import io.github.vanillanet.serve.scheduler.Reservation;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * One request at one model. Reserves room before it prepares the input, so that rejected requests
 * cost nothing, and counts how the request ends. Used by the request's thread.
 */
final class Attempt {

  private final Call call;
  private final ServedModel served;
  private final int images;
  private final Duration preparation;

  /**
   * @param preparation estimated time to prepare the input
   */
  Attempt(Call call, ServedModel served, int images, Duration preparation) {
    this.call = call;
    this.served = served;
    this.images = images;
    this.preparation = preparation;
  }

  /** Counts a request that was rejected before it came here. */
  static void countRejected(Call call, ServedModel served, ServiceException reason) {
    call.answeredBy(served.id());
    served.meters().failed(outcome(reason), call.elapsedNanos());
  }

  /**
   * @param input prepares what the lane computes
   * @param result makes the answer of the input and its logits
   */
  <T> T run(Supplier<Prepared> input, BiFunction<Prepared, float[], T> result) {
    call.answeredBy(served.id());
    VersionMeters meters = served.meters();
    try (Reservation reservation = served.lane().reserve(images, call.deadline(), preparation)) {
      meters.accepted(images);
      try {
        Prepared prepared = input.get();
        LaneAnswer done = await(reservation.submit(prepared.input()));
        requireFinite(prepared.input(), done.logits());
        served.answered();
        T answer = call.time(Stage.POSTPROCESS, () -> result.apply(prepared, done.logits()));
        if (call.deadline().passed()) {
          throw tooLate();
        }
        meters.answered(prepared.input().samples(), call.timings());
        return answer;
      } finally {
        meters.released(images);
      }
    } catch (RuntimeException | Error e) {
      meters.failed(outcome(e), call.elapsedNanos());
      throw e;
    }
  }

  private LaneAnswer await(CompletableFuture<LaneAnswer> answer) {
    call.onAbandon(() -> answer.cancel(false)); // the lane drops cancelled work
    try {
      LaneAnswer done = getInTime(answer);
      call.add(Stage.QUEUE, done.queueNanos());
      call.add(Stage.INFER, done.inferNanos());
      return done;
    } catch (TimeoutException e) {
      answer.cancel(false);
      throw tooLate();
    } catch (CancellationException e) {
      throw new ServiceException(
          ErrorCode.CLIENT_GONE, "the client disconnected before the answer");
    } catch (InterruptedException e) {
      answer.cancel(false);
      Thread.currentThread().interrupt();
      throw new ServiceException(ErrorCode.NOT_READY, "the service is shutting down");
    } catch (ExecutionException e) {
      if (ServiceException.has(e.getCause(), ErrorCode.ENGINE_FAILURE)) {
        served.failed();
      }
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new CompletionException(e.getCause());
    }
  }

  /** The lane keeps its estimate in most cases; the deadline holds in all. */
  private LaneAnswer getInTime(CompletableFuture<LaneAnswer> answer)
      throws ExecutionException, InterruptedException, TimeoutException {
    return call.deadline().exists()
        ? answer.get(call.deadline().remaining().toNanos(), TimeUnit.NANOSECONDS)
        : answer.get();
  }

  private ServiceException tooLate() {
    return new ServiceException(
        ErrorCode.DEADLINE_EXCEEDED,
        "the budget of %s ended before the answer".formatted(call.deadline()));
  }

  private void requireFinite(ModelInput input, float[] logits) {
    for (float logit : logits) {
      if (!Float.isFinite(logit)) {
        if (input.kind() == InputKind.IMAGES) { // a client's tensor may cause this by itself
          served.failed();
        }
        throw new ServiceException(
            ErrorCode.ENGINE_FAILURE,
            "%s computed a logit that is not finite: %s".formatted(served.id(), logit));
      }
    }
  }

  private static Outcome outcome(Throwable failure) {
    if (!(failure instanceof ServiceException named)) {
      return Outcome.FAILED;
    }
    return switch (named.code()) {
      case QUEUE_FULL -> Outcome.REJECTED;
      case DEADLINE_EXCEEDED -> Outcome.EXPIRED;
      case CLIENT_GONE -> Outcome.CANCELLED;
      case INVALID_REQUEST, TOO_LARGE, UNSUPPORTED_IMAGE, UNDECODABLE_IMAGE -> Outcome.INVALID;
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
          BAD_CONFIGURATION ->
          Outcome.FAILED;
    };
  }
}
