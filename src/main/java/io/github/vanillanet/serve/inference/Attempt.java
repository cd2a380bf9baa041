package io.github.vanillanet.serve.inference;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.engine.InputKind;
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
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One request at one model: room is reserved before its input is prepared, so that what cannot be
 * computed costs nothing; how it ends is counted. Of the request's thread.
 */
final class Attempt {

  private final Call call;
  private final ServedModel served;
  private final int images;
  private final Duration preparation;

  /**
   * @param preparation that the input is expected to take
   */
  Attempt(Call call, ServedModel served, int images, Duration preparation) {
    this.call = call;
    this.served = served;
    this.images = images;
    this.preparation = preparation;
  }

  /** Is refused, and counted, as {@link #run} would be now; else nothing happens. */
  void requireRoom() {
    try {
      reserve().close();
    } catch (ServiceException e) {
      refused(e);
      throw e;
    }
  }

  /** It is counted as one that got no further. */
  void refused(ServiceException reason) {
    call.answeredBy(served.id());
    served.meters().failed(outcome(reason), call.clock().elapsedNanos());
  }

  private Reservation reserve() {
    return served.lane().reserve(images, call.deadline(), preparation);
  }

  /**
   * @param input prepares what the lane computes
   * @param result makes an answer of the logits
   */
  <T> T run(Supplier<ModelInput> input, Function<float[], T> result) {
    call.answeredBy(served.id());
    VersionMeters meters = served.lane().meters();
    try (Reservation ticket = reserve()) {
      meters.accepted(images);
      try {
        ModelInput prepared = input.get();
        LaneAnswer done = await(ticket.submit(prepared));
        requireFinite(prepared, done.logits());
        served.answered();
        T answer = call.clock().time(Stage.POSTPROCESS, () -> result.apply(done.logits()));
        if (call.deadline().passed()) {
          throw tooLate();
        }
        meters.answered(prepared.samples(), call.clock().read());
        return answer;
      } finally {
        meters.released(images);
      }
    } catch (RuntimeException | Error e) {
      meters.failed(outcome(e), call.clock().elapsedNanos());
      throw e;
    }
  }

  private LaneAnswer await(CompletableFuture<LaneAnswer> answer) {
    call.onAbandon(() -> answer.cancel(false)); // the lane drops work that nobody waits for
    try {
      LaneAnswer done = inTime(answer);
      call.clock().add(Stage.QUEUE, done.queueNanos());
      call.clock().add(Stage.INFER, done.inferNanos());
      return done;
    } catch (TimeoutException e) {
      answer.cancel(false);
      throw tooLate();
    } catch (CancellationException e) {
      throw new ServiceException(ErrorCode.CLIENT_GONE, "the client left before it was answered");
    } catch (InterruptedException e) {
      answer.cancel(false);
      Thread.currentThread().interrupt();
      throw new ServiceException(ErrorCode.NOT_READY, "the service is closing");
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

  /** What was promised may still go wrong; nobody waits longer for it than was agreed. */
  private LaneAnswer inTime(CompletableFuture<LaneAnswer> answer)
      throws ExecutionException, InterruptedException, TimeoutException {
    return call.deadline().exists()
        ? answer.get(call.deadline().remaining().toNanos(), TimeUnit.NANOSECONDS)
        : answer.get();
  }

  private ServiceException tooLate() {
    return new ServiceException(
        ErrorCode.DEADLINE_EXCEEDED,
        "the budget of %s was spent before the answer was there".formatted(call.deadline()));
  }

  private void requireFinite(ModelInput input, float[] logits) {
    for (float logit : logits) {
      if (!Float.isFinite(logit)) {
        if (input.kind() == InputKind.IMAGES) { // of tensors it may be the client's doing
          served.failed();
        }
        throw new ServiceException(
            ErrorCode.ENGINE_FAILURE,
            "%s answered with a logit that is not finite: %s".formatted(served.id(), logit));
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
      case NOT_READY, // a fault has taken the lane out of service, or the service ends
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
