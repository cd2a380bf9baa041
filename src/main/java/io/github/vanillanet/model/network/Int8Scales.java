package io.github.vanillanet.model.network;

import io.github.vanillanet.base.image.Preprocessing;
import java.util.Arrays;
import java.util.List;

/**
 * The 8-bit form of the activations between two convolutions: x = scale · q + offset, q = 0 … 255.
 * Each channel has its own scale and offset, so that a channel of small values keeps all bits.
 *
 * @param mean of q, per channel
 */
record Int8Scales(double[] scale, double[] offset, double[] mean) {

  static final double LARGEST = 255;

  /**
   * Width of the 8-bit range beyond the measured one. New images exceed the range of a thousand
   * images by some percent.
   */
  private static final double MARGIN = 1.15;

  /** Least scale of a channel, as a share of the largest one: a silent channel has no range. */
  private static final double SMALLEST_SHARE = 1e-3;

  /** The pixels of an image, as the input of a net that normalises them. */
  static Int8Scales ofPixels(Preprocessing preprocessing) {
    List<Double> mean = preprocessing.mean();
    List<Double> std = preprocessing.std();
    int channels = mean.size();
    Int8Scales scales =
        new Int8Scales(new double[channels], new double[channels], new double[channels]);
    for (int c = 0; c < channels; c++) {
      scales.scale[c] = 1 / (LARGEST * std.get(c));
      scales.offset[c] = -mean.get(c) / std.get(c);
      scales.mean[c] = LARGEST * mean.get(c);
    }
    return scales;
  }

  /** Activations that stay float32. */
  static Int8Scales none(int channels) {
    double[] ones = new double[channels];
    Arrays.fill(ones, 1);
    return new Int8Scales(ones, new double[channels], new double[channels]);
  }

  /**
   * @param signed false for activations after a ReLU: 0 is q = 0, which also pads
   */
  static Int8Scales of(ActivationRanges.Channels ranges, boolean signed) {
    int channels = ranges.mean().size();
    double[] scale = new double[channels];
    double[] offset = new double[channels];
    double[] mean = new double[channels];
    double largest = 0;
    for (int c = 0; c < channels; c++) {
      double low = signed ? ranges.lowest().get(c) : 0;
      double width = MARGIN * Math.max(0, ranges.highest().get(c) - low);
      offset[c] = signed ? low - (1 - 1 / MARGIN) / 2 * width : 0;
      scale[c] = width / LARGEST;
      largest = Math.max(largest, scale[c]);
    }
    double least = largest > 0 ? SMALLEST_SHARE * largest : 1;
    for (int c = 0; c < channels; c++) {
      scale[c] = Math.max(scale[c], least);
      mean[c] = (ranges.mean().get(c) - offset[c]) / scale[c];
    }
    return new Int8Scales(scale, offset, mean);
  }
}
