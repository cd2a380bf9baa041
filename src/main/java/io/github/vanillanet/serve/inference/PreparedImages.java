package io.github.vanillanet.serve.inference;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.scheduler.ModelInput;
import java.util.Arrays;
import java.util.SortedMap;

/**
 * Encoded images as pixels.
 *
 * @param count of encoded images
 * @param input the good ones, in their order
 * @param refused why the others are none, by index
 */
record PreparedImages(int count, ModelInput input, SortedMap<Integer, ServiceException> refused) {

  /**
   * @param logits of the good images
   * @return of all images, those of refused ones NaN
   */
  float[] spread(float[] logits) {
    if (refused.isEmpty()) {
      return logits;
    }
    int classes = logits.length / input.samples();
    float[] all = new float[count * classes];
    Arrays.fill(all, Float.NaN);
    int good = 0;
    for (int image = 0; image < count; image++) {
      if (!refused.containsKey(image)) {
        System.arraycopy(logits, classes * good, all, classes * image, classes);
        good++;
      }
    }
    return all;
  }
}
