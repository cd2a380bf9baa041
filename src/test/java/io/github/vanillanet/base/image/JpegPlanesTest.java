package io.github.vanillanet.base.image;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JpegPlanesTest {

  private static final int WIDTH = 1;
  private static final int HEIGHT = 5;
  private static final int PLANES = 3;

  @Test
  void smoothsRowsThatAreRepeated() {
    byte[] samples = {9, 10, 0, 8, 10, 0, 7, 20, 0, 6, 20, 0, 5, 40, 0};

    JpegPlanes.smoothRepeatedRows(samples, WIDTH, HEIGHT, PLANES, 1);

    assertThat(samples).containsExactly(9, 10, 0, 8, 13, 0, 7, 17, 0, 6, 25, 0, 5, 35, 0);
  }

  @Test
  void keepsRowsThatAreAlreadySmooth() {
    byte[] samples = {9, 10, 0, 8, 13, 0, 7, 17, 0, 6, 25, 0, 5, 35, 0};

    JpegPlanes.smoothRepeatedRows(samples, WIDTH, HEIGHT, PLANES, 1);

    assertThat(samples).containsExactly(9, 10, 0, 8, 13, 0, 7, 17, 0, 6, 25, 0, 5, 35, 0);
  }
}
