package io.github.vanillanet.base.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class PreprocessingTest {

  private static final List<Double> ZERO = List.of(0.0, 0.0, 0.0);
  private static final List<Double> ONE = List.of(1.0, 1.0, 1.0);

  @Test
  void officialPreprocessingCropsBelow384AndSquashesFrom384() {
    assertThat(Preprocessing.official(224, 224))
        .isEqualTo(
            new Preprocessing(
                256,
                256,
                true,
                224,
                224,
                List.of(0.485, 0.456, 0.406),
                List.of(0.229, 0.224, 0.225)));
    assertThat(Preprocessing.official(384, 384).resizeHeight()).isEqualTo(384);
    assertThat(Preprocessing.official(384, 384).keepAspect()).isFalse();
    assertThat(Preprocessing.official(192, 448).resizeWidth()).isEqualTo(512);
    assertThat(Preprocessing.official(192, 448).keepAspect()).isTrue();
  }

  @Test
  void coversANonSquareTarget() {
    Preprocessing wide = new Preprocessing(2, 6, true, 2, 6, ZERO, ONE);

    assertThat(wide.apply(new RgbImage(3, 3, new byte[27])).width()).isEqualTo(6);
    assertThat(wide.apply(new RgbImage(90, 3, new byte[810])).height()).isEqualTo(2);
  }

  @Test
  void squashesWithoutKeepingTheAspect() {
    Preprocessing squash = new Preprocessing(1, 2, false, 1, 2, ZERO, ONE);
    RgbImage halves = new RgbImage(2, 2, new byte[] {1, 2, 3, 9, 8, 7, 1, 2, 3, 9, 8, 7});

    RgbImage squashed = squash.apply(halves);

    assertThat(squashed.rgb()).containsExactly(1, 2, 3, 9, 8, 7);
  }

  @Test
  void normalisesChannelByChannel() {
    Preprocessing plain = new Preprocessing(1, 1, true, 1, 2 - 1, ZERO, List.of(1.0, 0.5, 0.25));

    float[] chw = plain.normalise(new RgbImage(1, 1, new byte[] {-1, -1, 51}));

    assertThat(chw).containsExactly(1f, 2f, 0.8f);
  }

  @Test
  void rejectsACropThatWouldNeedPadding() {
    assertThatThrownBy(() -> new Preprocessing(223, 256, true, 224, 224, ZERO, ONE))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void rejectsInvalidNumbers() {
    assertThatThrownBy(() -> new Preprocessing(1, 1, true, 1, 1, ZERO, ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Preprocessing(1, 1, true, 1, 1, List.of(0.5), ONE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Preprocessing(0, 0, true, 0, 0, ZERO, ONE))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
