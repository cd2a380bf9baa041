package io.github.vanillanet.serve.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkSlicesTest {

  private final WorkSlices slices = new WorkSlices(1);

  @Test
  void smallBodiesNeverWaitForLargeOnes() {
    WorkSlices.Slice large = large();

    WorkSlices.Slice small = slices.slice();
    small.before();
    small.after(WorkSlices.BYTES - 1);
    small.before();

    large.close();
  }

  @Test
  void largeBodiesAlternate() throws Exception {
    WorkSlices.Slice first = large();
    CompletableFuture<WorkSlices.Slice> second = CompletableFuture.supplyAsync(this::large);
    first.after(WorkSlices.BYTES - 1);
    first.before(); // its slice is not used up
    assertThat(second).isNotDone();
    while (slices.waiting() == 0) {
      Thread.onSpinWait();
    }
    CompletableFuture<Void> next =
        CompletableFuture.runAsync(
            () -> {
              first.after(1);
              first.before();
            });
    second.get(30, TimeUnit.SECONDS).close();
    next.get(30, TimeUnit.SECONDS);
    first.close();
  }

  @Test
  void anEndedRequestKeepsNoSlice() {
    WorkSlices.Slice ended = large();
    ended.close();
    ended.close();
    ended.after(WorkSlices.BYTES);
    ended.before();

    large().close();
  }

  private WorkSlices.Slice large() {
    WorkSlices.Slice slice = slices.slice();
    slice.after(WorkSlices.BYTES);
    slice.before();
    return slice;
  }
}
