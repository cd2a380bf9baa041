package io.github.vanillanet.model.quantize;

import static io.github.vanillanet.base.error.ErrorCode.NOT_EQUIVALENT;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.network.ActivationRanges;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.CalibrationModule;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;

/** Collects the activations of images into ranges. Not thread-safe. */
final class RangeRecorder {

  private float[] lowest;
  private float[] highest;
  private double[] sums;
  private int images;

  /**
   * @param activations [3, channels] of one image, see {@link CalibrationModule}
   */
  void add(float[] activations) {
    int channels = activations.length / 3;
    if (images == 0) {
      lowest = new float[channels];
      highest = new float[channels];
      sums = new double[channels];
    }
    for (int c = 0; c < channels; c++) {
      float low = activations[c];
      float high = activations[channels + c];
      lowest[c] = images == 0 ? low : Math.min(lowest[c], low);
      highest[c] = images == 0 ? high : Math.max(highest[c], high);
      sums[c] += activations[2 * channels + c];
    }
    images++;
  }

  /**
   * @throws ServiceException {@code NOT_EQUIVALENT} if an activation was not finite
   */
  ActivationRanges ranges(Architecture architecture) {
    float[] means = new float[sums.length];
    for (int c = 0; c < means.length; c++) {
      means[c] = (float) (sums[c] / images);
    }
    try {
      Network network = Network.of(architecture, Form.DEPLOYED);
      return CalibrationModule.ranges(network, lowest, highest, means);
    } catch (IllegalArgumentException e) {
      throw NOT_EQUIVALENT.error(e, "the version cannot be calibrated: %s", e.getMessage());
    }
  }
}
