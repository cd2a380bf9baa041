package io.github.vanillanet.serve.inference;

import static io.github.vanillanet.base.error.ErrorCode.CLIENT_GONE;
import static io.github.vanillanet.base.error.ErrorCode.DEADLINE_EXCEEDED;
import static io.github.vanillanet.base.error.ErrorCode.NOT_READY;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.serve.metrics.Outcome;
import io.github.vanillanet.serve.metrics.Stage;
import io.github.vanillanet.serve.metrics.VersionMeters;
import io.github.vanillanet.serve.registry.ServedModel;
import io.github.vanillanet.serve.scheduler.Lane;
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
import java.util.function.Function;
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
  private final Deadline deadline;

  /**
   * @param preparation estimated time to prepare the input
   */
  Attempt(Call call, ServedModel served, int images, Duration preparation) {
    this.call = call;
    this.served = served;
    this.images = images;
    this.preparation = preparation;
    this.deadline = call.deadline();
  }

  /** Counts a request that was rejected before it reserved room. */
  void rejected(ServiceException reason) {
    call.answeredBy(served.id());
    served.meters().failed(outcome(reason), call.elapsedNanos());
  }

  /**
   * @param preparing makes the input that the lane computes
   * @param result makes the answer from its logits
   */
  <T> T run(Supplier<ModelInput> preparing, Function<float[], T> result) {
    call.answeredBy(served.id());
    Lane lane = served.lane();
    VersionMeters meters = lane.meters();
    try (Reservation reservation = lane.reserve(images, deadline, preparation)) {
      meters.accepted(images);
      try {
        ModelInput input = preparing.get();
        float[] logits = await(reservation.submit(input));
        requireFinite(input, logits);
        served.answered();
        T answer = call.time(Stage.POSTPROCESS, () -> result.apply(logits));
        if (deadline.passed()) {
          throw tooLate();
        }
        meters.answered(input.samples(), call.timings());
        return answer;
      } finally {
        meters.released(images);
      }
    } catch (RuntimeException | Error e) {
      meters.failed(outcome(e), call.elapsedNanos());
      throw e;
    }
  }

  private float[] await(CompletableFuture<LaneAnswer> answer) {
    call.onAbandon(() -> answer.cancel(false)); // the lane drops cancelled work
    try {
      LaneAnswer done = // a lane may miss its own estimate
          deadline.exists()
              ? answer.get(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)
              : answer.get();
      call.computed(done.queueNanos(), done.inferNanos());
      return done.logits();
    } catch (TimeoutException e) {
      answer.cancel(false);
      throw tooLate();
    } catch (CancellationException e) {
      throw CLIENT_GONE.error("the client disconnected before the answer");
    } catch (InterruptedException e) {
      answer.cancel(false);
      Thread.currentThread().interrupt();
      throw NOT_READY.error("the service is shutting down");
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

  private ServiceException tooLate() {
    return DEADLINE_EXCEEDED.error("the budget of %s ended before the answer", deadline);
  }

  private void requireFinite(ModelInput input, float[] logits) {
    for (float logit : logits) {
      if (!Float.isFinite(logit)) {
        if (input.kind() == InputKind.IMAGES) { // a client's tensor may cause this by itself
          served.failed();
        }
        throw ErrorCode.ENGINE_FAILURE.error(
            "%s computed a logit that is not finite: %s", served.id(), logit);
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
