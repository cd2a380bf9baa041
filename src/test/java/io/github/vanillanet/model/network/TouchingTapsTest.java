package io.github.vanillanet.model.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TouchingTapsTest {

  @Test
  void keepsThe3x3TapsOf2x2MapsAndThe5x5TapsOf3x3Maps() {
    Layer.Convolution seven = new Layer.Convolution("act", 8, 8, 7, 1, 3, 8, true);

    assertThat(TouchingTaps.of(seven, new FeatureMap(1, 1)))
        .isEqualTo(new TouchingTaps(seven, 3, 3));
    assertThat(TouchingTaps.of(seven, new FeatureMap(2, 3)))
        .isEqualTo(new TouchingTaps(seven, 2, 1));
    assertThat(TouchingTaps.of(seven, new FeatureMap(4, 9)).dropsAny()).isFalse();
  }

  /** All taps that meet a pixel at some position are kept, and the size of the output too. */
  @Test
  void dropsOnlyTapsThatMeetNoPixel() {
    int dropped = 0;
    for (int kernel = 1; kernel <= 7; kernel++) {
      for (int stride = 1; stride <= 3; stride++) {
        for (int padding = 0; padding <= kernel / 2; padding++) {
          for (int size = Math.max(1, kernel - 2 * padding); size <= 6; size++) {
            Layer.Convolution conv =
                new Layer.Convolution("c", 1, 1, kernel, stride, padding, 1, true);
            FeatureMap input = new FeatureMap(size, 6);
            int output = input.after(conv).height();
            TouchingTaps taps = TouchingTaps.of(conv, input);
            boolean outerMeets = false;
            for (int tap = 0; tap < kernel; tap++) {
              boolean isDropped = tap < taps.rows() || tap >= kernel - taps.rows();
              boolean meets = meetsAPixel(tap, conv, size, output);
              assertThat(isDropped && meets).as("tap %d of %s on %d", tap, conv, size).isFalse();
              boolean isOuter = tap == taps.rows() || tap == kernel - 1 - taps.rows();
              outerMeets |= isOuter && meets;
            }
            assertThat(outerMeets || stride > 1).as("drops all it can: %s", taps).isTrue();
            int kept = kernel - 2 * taps.rows();
            int starts = size + 2 * taps.topPadding() - kept;
            assertThat(Math.floorDiv(starts, stride) + 1).isEqualTo(output);
            dropped += taps.rows();
          }
        }
      }
    }
    assertThat(dropped).isPositive();
  }

  private static boolean meetsAPixel(int tap, Layer.Convolution conv, int size, int output) {
    for (int position = 0; position < output; position++) {
      int pixel = position * conv.stride() + tap - conv.padding();
      if (pixel >= 0 && pixel < size) {
        return true;
      }
    }
    return false;
  }

  @Test
  void followsTheMapsOfANet() {
    Architecture small =
        new Architecture(
            VanillaNetVariant.VANILLANET_6, List.of(64, 128, 256, 512, 512), 3, 10, 64, 64);

    Map<Layer.Convolution, TouchingTaps> taps =
        TouchingTaps.of(Network.of(small, Form.DEPLOYED).layers(), new FeatureMap(64, 64));

    assertThat(
            taps.values().stream()
                .filter(TouchingTaps::dropsAny)
                .map(it -> it.conv().name() + " " + it.rows()))
        .containsExactly("stages.2.act 2", "stages.3.act 2");
  }
}
