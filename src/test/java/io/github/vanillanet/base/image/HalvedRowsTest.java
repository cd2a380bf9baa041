package io.github.vanillanet.base.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HalvedRowsTest {

  private static final JpegFrame FRAME_440 =
      new JpegFrame(
          1,
          5,
          List.of(
              new JpegFrame.Component(1, 1, 2),
              new JpegFrame.Component(2, 1, 1),
              new JpegFrame.Component(3, 1, 1)));

  @Test
  void smoothsRowsThatWereOnlyRepeated() {
    byte[] planes = {9, 10, 0, 8, 10, 0, 7, 20, 0, 6, 20, 0, 5, 40, 0};

    HalvedRows.smooth(planes, FRAME_440);

    assertThat(planes).containsExactly(9, 10, 0, 8, 13, 0, 7, 17, 0, 6, 25, 0, 5, 35, 0);
  }

  @Test
  void leavesRowsThatAreSmoothAlready() {
    byte[] planes = {9, 10, 0, 8, 13, 0, 7, 17, 0, 6, 25, 0, 5, 35, 0};

    HalvedRows.smooth(planes, FRAME_440);

    assertThat(planes).containsExactly(9, 10, 0, 8, 13, 0, 7, 17, 0, 6, 25, 0, 5, 35, 0);
  }
}
