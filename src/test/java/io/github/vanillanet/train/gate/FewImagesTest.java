package io.github.vanillanet.train.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.train.dataset.Sample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FewImagesTest {

  /** A perfect candidate has p = (share of the most frequent class) ^ images. */
  @ParameterizedTest
  @CsvSource({
    "1, 1, true",
    "2, 2, true", // p = 1/16 = 0.0625
    "3, 2, true", // p = 0.078
    "3, 3, false", // p = 0.016
    "20, 5, false", // p = 0.004
    "30, 3, false", // p = 0.043
    "40, 2, true", // p = 0.13
    "5, 0, true",
    "0, 0, false"
  })
  void aPerfectAnswerMustBeSignificant(int first, int second, boolean few) {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < first + second; i++) {
      samples.add(new Sample(Path.of("photo" + i), i < first ? 0 : 1));
    }

    assertThat(FewImages.objection(samples, List.of("cat", "dog")).isPresent()).isEqualTo(few);
  }
}
