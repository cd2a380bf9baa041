package io.github.vanillanet.serve.api.http;

import static io.github.vanillanet.base.error.ErrorCode.DEADLINE_EXCEEDED;
import static io.github.vanillanet.base.error.ErrorCode.NOT_READY;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HttpErrorTest {

  @Test
  void retryAfterIsRoundedUpToWholeSeconds() {
    assertThat(full(Duration.ofMillis(1)).retrySeconds()).contains(1L);
    assertThat(full(Duration.ofMillis(1000)).retrySeconds()).contains(1L);
    assertThat(full(Duration.ofMillis(2300)).retrySeconds()).contains(3L);
  }

  @Test
  void aProblemHasRetryAfterInMilliseconds() {
    Problem problem = Problem.of(full(Duration.ofMillis(2300)), "/classify", Optional.empty());

    assertThat(problem.retryAfterMillis()).contains(2300L);
    assertThat(problem.status()).isEqualTo(429);
  }

  @Test
  void onlyTemporaryFailuresHaveADefaultForRetryAfter() {
    ServiceException late = DEADLINE_EXCEEDED.error("late");
    ServiceException loading = NOT_READY.error("loading");

    assertThat(HttpError.of(late).retrySeconds()).isEmpty();
    assertThat(HttpError.of(loading).retrySeconds()).contains(1L);
  }

  @Test
  void aLongDetailIsCut() {
    assertThat(HttpError.of(404, "a".repeat(5000)).detail()).hasSize(1001);
  }

  private static HttpError full(Duration retryAfter) {
    return HttpError.of(
        ServiceException.rejected(ErrorCode.QUEUE_FULL, "full", Optional.of(retryAfter)));
  }
}
