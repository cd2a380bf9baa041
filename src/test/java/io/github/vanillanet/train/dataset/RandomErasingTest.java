package io.github.vanillanet.train.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RandomErasingTest {

  private static final int HEIGHT = 60;
  private static final int WIDTH = 40;
  private static final int PLANE = HEIGHT * WIDTH;
  private static final int OFFSET = 11;
  private static final float UNTOUCHED = 1000;

  @Test
  void erasesOneBoxOfTheOfficialSizesWithNormalNoise() {
    RandomErasing always = new RandomErasing(1);
    double sum = 0;
    double squares = 0;
    long values = 0;
    double smallest = 1;
    double largest = 0;

    for (int seed = 0; seed < 2000; seed++) {
      FloatBuffer chw = untouched();
      always.apply(chw, OFFSET, HEIGHT, WIDTH, new SplittableRandom(seed));
      Box box = Box.of(chw);
      assertThat(box.isErasedExactly(chw)).as("seed %d", seed).isTrue();
      double area = (double) box.rows() * box.columns() / PLANE;
      double aspect = (double) box.rows() / box.columns();
      // The tolerance covers rounding to whole pixels.
      assertThat(area).isBetween(0.02 * 0.85, 1.03 / 3);
      assertThat(aspect).isBetween(0.3 * 0.85, 1.15 / 0.3);
      smallest = Math.min(smallest, area);
      largest = Math.max(largest, area);
      for (int i = 0; i < 3 * PLANE; i++) {
        float value = chw.get(OFFSET + i);
        if (value != UNTOUCHED) {
          sum += value;
          squares += value * value;
          values++;
        }
      }
    }

    assertThat(smallest).isLessThan(0.025);
    assertThat(largest).isGreaterThan(0.32);
    assertThat(values).isGreaterThan(1_000_000);
    assertThat(sum / values).isCloseTo(0, within(0.005));
    assertThat(squares / values).isCloseTo(1, within(0.005));
  }

  @Test
  void erasesSamplesWithItsProbability() {
    RandomErasing official = new RandomErasing(0.25);
    int erased = 0;

    for (int index = 0; index < 4000; index++) {
      FloatBuffer chw = untouched();
      official.apply(chw, OFFSET, HEIGHT, WIDTH, RandomStreams.ofSample(1, 2, index));
      erased += chw.equals(untouched()) ? 0 : 1;
    }

    assertThat(erased / 4000.0).isCloseTo(0.25, within(0.035)); // tolerance: 5 standard deviations
  }

  @Test
  void leavesAnImageOfOnePixelUnchanged() {
    FloatBuffer chw = FloatBuffer.allocate(3);

    new RandomErasing(1).apply(chw, 0, 1, 1, new SplittableRandom(1));

    assertThat(chw.array()).containsOnly(0);
  }

  private static FloatBuffer untouched() {
    FloatBuffer chw = FloatBuffer.allocate(OFFSET + 3 * PLANE + 5);
    Arrays.fill(chw.array(), UNTOUCHED);
    return chw;
  }

  private record Box(int top, int left, int rows, int columns) {

    static Box of(FloatBuffer chw) {
      int top = HEIGHT;
      int left = WIDTH;
      int bottom = -1;
      int right = -1;
      for (int i = 0; i < PLANE; i++) {
        if (chw.get(OFFSET + i) != UNTOUCHED) {
          top = Math.min(top, i / WIDTH);
          bottom = Math.max(bottom, i / WIDTH);
          left = Math.min(left, i % WIDTH);
          right = Math.max(right, i % WIDTH);
        }
      }
      return new Box(top, left, bottom - top + 1, right - left + 1);
    }

    /**
     * Returns whether exactly this box is erased in each channel, and nothing else in the buffer.
     */
    boolean isErasedExactly(FloatBuffer chw) {
      int erased = 0;
      for (int i = 0; i < chw.capacity(); i++) {
        erased += chw.get(i) == UNTOUCHED ? 0 : 1;
      }
      int found = 0;
      for (int i = 0; i < 3 * PLANE; i++) {
        int y = i % PLANE / WIDTH;
        int x = i % WIDTH;
        boolean inside = y >= top && y < top + rows && x >= left && x < left + columns;
        found += inside && chw.get(OFFSET + i) != UNTOUCHED ? 1 : 0;
      }
      return erased == 3 * rows * columns && found == erased;
    }
  }
}
