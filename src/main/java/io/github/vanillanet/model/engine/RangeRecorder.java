package io.github.vanillanet.model.engine;

import static io.github.vanillanet.base.error.ErrorCode.NOT_EQUIVALENT;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.network.ActivationRanges;
import io.github.vanillanet.model.network.CalibrationModule;
import io.github.vanillanet.model.network.Network;

/** Collects the activations of images into ranges. Not thread-safe. */
public final class RangeRecorder {

  private float[] lowest;
  private float[] highest;
  private double[] sums;
  private int images;

  /**
   * Adds the activations of one image.
   *
   * @param activations [3, channels], see {@link CalibrationModule}
   */
  public void add(float[] activations) {
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
   * @param network in the deployed form
   * @throws ServiceException {@code NOT_EQUIVALENT} if an activation was not finite
   */
  public ActivationRanges ranges(Network network) {
    float[] means = new float[sums.length];
    for (int c = 0; c < means.length; c++) {
      means[c] = (float) (sums[c] / images);
    }
    try {
      return CalibrationModule.ranges(network, lowest, highest, means);
    } catch (IllegalArgumentException e) {
      throw NOT_EQUIVALENT.error(e, "the version cannot be calibrated: %s", e.getMessage());
    }
  }
}
