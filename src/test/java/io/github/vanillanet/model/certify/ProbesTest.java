package io.github.vanillanet.model.certify;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.base.image.RgbImage;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProbesTest {

  @Test
  void theSameSeedAlwaysGivesTheSameImages() {
    List<RgbImage> images = Probes.STANDARD.images(64, 96);

    // Golden logits in published manifests are for these images.
    assertThat(images).hasSize(2);
    assertThat(images.stream().map(image -> Arrays.hashCode(image.rgb())))
        .containsExactly(-102347682, 1727602257);
  }

  @Test
  void everyChannelOfEveryImageUsesMostOfItsRange() {
    for (RgbImage image : Probes.STANDARD.images(224, 224)) {
      for (int channel = 0; channel < 3; channel++) {
        int least = 255;
        int most = 0;
        for (int i = channel; i < image.rgb().length; i += 3) {
          least = Math.min(least, image.rgb()[i] & 0xff);
          most = Math.max(most, image.rgb()[i] & 0xff);
        }
        assertThat(most - least).isGreaterThan(150);
      }
    }
  }
}
