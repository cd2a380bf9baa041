package io.github.vanillanet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.train.jobs.Progress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ProgressLinesTest {

  private final List<String> lines = new ArrayList<>();
  private final ProgressLines progress = new ProgressLines(lines::add);

  @Test
  void printsPhasesEpochsAndOneLinePerMinute() {
    progress.accept(Progress.of(Instant.EPOCH, "read", 0, 2, 0, 0));
    for (int second = 0; second < 130; second++) {
      progress.accept(step(second, 0, OptionalDouble.empty()));
    }
    progress.accept(step(131, 0, OptionalDouble.of(0.75)));
    progress.accept(step(132, 1, OptionalDouble.of(0.75)));
    progress.accept(step(133, 1, OptionalDouble.of(0.75)));
    progress.accept(Progress.of(Instant.ofEpochSecond(134), "fuse", 1, 2, 300, 300));

    assertThat(lines).hasSize(7);
    assertThat(lines.get(0)).isEqualTo("read");
    assertThat(lines.get(1))
        .isEqualTo("epoch 1/2  64 px  step 0/300  loss 0.5000  100 images/s  2 min left");
    assertThat(lines.get(2)).contains("step 60/300");
    assertThat(lines.get(4)).contains("validation 0.7500");
    assertThat(lines.get(6)).isEqualTo("fuse");
  }

  private static Progress step(int second, int epoch, OptionalDouble validation) {
    return new Progress(
        Instant.ofEpochSecond(second),
        "train",
        epoch,
        2,
        second,
        300,
        OptionalInt.of(0),
        OptionalInt.of(64),
        OptionalDouble.of(0.5),
        OptionalDouble.of(0.5),
        validation,
        OptionalDouble.of(0.001),
        OptionalDouble.of(1),
        OptionalDouble.of(100),
        OptionalDouble.of(120));
  }
}
