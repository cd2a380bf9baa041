package io.github.vanillanet.serve.scheduler;

import static io.github.vanillanet.base.error.ErrorCode.DEADLINE_EXCEEDED;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The work of one request. */
final class Work {

  final ModelInput input;
  final int samples;
  final Reservation reservation;
  final long submittedAt; // on the scheduler's ticker
  final CompletableFuture<LaneAnswer> answer = new CompletableFuture<>();

  Work(ModelInput input, Reservation reservation, long submittedAt) {
    this.input = input;
    this.samples = input.samples();
    this.reservation = reservation;
    this.submittedAt = submittedAt;
  }

  static int images(List<Work> works) {
    int images = 0;
    for (Work work : works) {
      images += work.samples;
    }
    return images;
  }

  /** True if the answer is not awaited any more or cannot be computed in time. */
  boolean isPointless(double neededNanos) {
    return answer.isDone()
        || !reservation.deadline.allows(Duration.ofNanos(Math.round(neededNanos)));
  }

  /** Fails the work because its deadline cannot be met. */
  void drop(String lane) {
    answer.completeExceptionally(
        DEADLINE_EXCEEDED.error(
            "%s: too little is left of the budget of %s", lane, reservation.deadline));
  }
}
