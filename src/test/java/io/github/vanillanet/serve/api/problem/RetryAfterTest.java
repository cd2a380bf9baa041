package io.github.vanillanet.serve.api.problem;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RetryAfterTest {

  @Test
  void aFullQueueTellsWhenToComeAgainInWholeSeconds() {
    assertThat(full(Duration.ofMillis(1)).retrySeconds()).contains(1L);
    assertThat(full(Duration.ofMillis(1000)).retrySeconds()).contains(1L);
    assertThat(full(Duration.ofMillis(2300)).retrySeconds()).contains(3L);
  }

  @Test
  void theBodyTellsItInMilliseconds() {
    Problem problem = (Problem) full(Duration.ofMillis(2300)).entity();

    assertThat(problem.retryAfterMillis()).contains(2300L);
    assertThat(problem.status()).isEqualTo(429);
  }

  @Test
  void onlyWhatEndsByItselfIsTriedAgain() {
    ServiceException late = new ServiceException(ErrorCode.DEADLINE_EXCEEDED, "late");
    ServiceException loading = new ServiceException(ErrorCode.NOT_READY, "loading");

    assertThat(ProblemAnswer.of(late, "/classify").retrySeconds()).isEmpty();
    assertThat(ProblemAnswer.of(loading, "/classify").retrySeconds()).contains(1L);
  }

  private static ProblemAnswer full(Duration retryAfter) {
    return ProblemAnswer.of(
        ServiceException.rejected(ErrorCode.QUEUE_FULL, "full", Optional.of(retryAfter)),
        "/classify");
  }
}
