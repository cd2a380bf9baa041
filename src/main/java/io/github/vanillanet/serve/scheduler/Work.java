package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * One request's place in the queue.
 *
 * @param submitted on the lane's ticker
 */
record Work(
    ModelInput input, Promise promise, long submitted, CompletableFuture<LaneAnswer> answer) {

  int samples() {
    return input.samples();
  }

  /** True if nobody waits for it any more, or it cannot be done in time. */
  boolean isPointless(Duration needed) {
    return answer.isDone() || !promise.deadline().allows(needed);
  }

  /** Runs {@code action} on the thread that cancels the answer. */
  void onCancel(Runnable action) {
    answer.whenComplete(
        (done, failure) -> {
          if (answer.isCancelled()) {
            action.run();
          }
        });
  }

  /** Tells whoever still waits that it will not be done in time. */
  void drop(String lane) {
    answer.completeExceptionally(
        new ServiceException(
            ErrorCode.DEADLINE_EXCEEDED,
            lane + ": too little is left of the budget of " + promise.deadline()));
  }
}
