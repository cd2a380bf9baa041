package io.github.vanillanet.train.look;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class StepSeriesTest {

  private static final long LIMIT = 1000;

  private int batch;

  /** 100 bytes, and 20 for each image. */
  private final StepSeries.Peak peak =
      new StepSeries.Peak() {
        @Override
        public void reset() {}

        @Override
        public OptionalLong bytes() {
          return OptionalLong.of(100 + 20L * batch);
        }
      };

  private Measured run(int most, double secondsPerImage) {
    return new StepSeries(most, LIMIT, 60, peak, () -> false)
        .run(
            size -> {
              batch = size;
              return secondsPerImage * size;
            });
  }

  private static List<Integer> sizes(Measured measured) {
    return measured.steps().stream().map(Measured.Step::batchSize).toList();
  }

  @Test
  void growsToTheBatchOfTheRecipe() {
    Measured measured = run(6, 0.1);

    assertThat(sizes(measured)).containsExactly(1, 2, 4, 6);
    assertThat(measured.end()).isEqualTo(Measured.End.COMPLETE);
    assertThat(measured.seconds(6)).isEqualTo(0.1 * 6);
    assertThat(measured.memoryBytes(6)).hasValue(220);
  }

  @Test
  void stopsBeforeSixTenthsOfTheMemory() {
    Measured measured = run(128, 0.001);

    assertThat(sizes(measured)).containsExactly(1, 2, 4, 8, 16); // 32 images take 740 bytes
    assertThat(measured.end()).isEqualTo(Measured.End.MEMORY);
    assertThat(measured.memoryBytes(128)).hasValue(100 + 20 * 128);
    assertThat(measured.seconds(128)).isEqualTo(0.128);
    assertThat(measured.largestBatch(0.8)).isEqualTo(32);
  }

  @Test
  void stopsWhenTheNextStepsTakeTooLong() {
    Measured measured = run(16, 5);

    assertThat(sizes(measured)).containsExactly(1, 2);
    assertThat(measured.end()).isEqualTo(Measured.End.TIME);
  }

  @Test
  void stopsWhenTheDeviceHasNoMemoryLeft() {
    StepSeries series = new StepSeries(64, LIMIT, 60, peak, () -> false);

    Measured measured =
        series.run(
            size -> {
              if (size > 4) {
                throw ErrorCode.OUT_OF_DEVICE_MEMORY.error("full");
              }
              return 1;
            });

    assertThat(sizes(measured)).containsExactly(1, 2, 4);
    assertThat(measured.end()).isEqualTo(Measured.End.MEMORY);
    assertThatThrownBy(
            () ->
                series.run(
                    size -> {
                      throw ErrorCode.OUT_OF_DEVICE_MEMORY.error("full");
                    }))
        .has(code(ErrorCode.OUT_OF_DEVICE_MEMORY));
  }

  @Test
  void thisProcessHasAPeakBelowTheLimit() {
    StepSeries.OF_THIS_PROCESS.reset();

    assertThat(StepSeries.OF_THIS_PROCESS.bytes().orElseThrow())
        .isPositive()
        .isLessThan(ProcessMemory.limit());
  }
}
