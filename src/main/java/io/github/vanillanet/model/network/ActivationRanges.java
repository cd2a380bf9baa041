package io.github.vanillanet.model.network;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The activations of each channel on a set of images: smallest, largest and mean value. An int8
 * artifact has its scales and a correction of its biases from them. Activations are those that the
 * next convolution takes: after the pool and the ReLU.
 *
 * @param channels by the name of the convolution that computes the activations
 */
public record ActivationRanges(Map<String, Channels> channels) {

  /**
   * The channels of one map of activations. Each list has one value per channel.
   *
   * @param lowest finite
   * @param highest finite, not below {@code lowest}
   * @param mean over all positions and images, finite
   */
  public record Channels(List<Float> lowest, List<Float> highest, List<Float> mean) {

    public Channels {
      lowest = List.copyOf(lowest);
      highest = List.copyOf(highest);
      mean = List.copyOf(mean);
      if (lowest.size() != highest.size() || lowest.size() != mean.size()) {
        throw new IllegalArgumentException(
            "expected values of the same channels, found %d, %d and %d"
                .formatted(lowest.size(), highest.size(), mean.size()));
      }
      for (int i = 0; i < lowest.size(); i++) {
        float low = lowest.get(i);
        float high = highest.get(i);
        if (!(Float.isFinite(high - low) && low <= high && Float.isFinite(mean.get(i)))) {
          throw new IllegalArgumentException(
              "expected finite ranges, found %s to %s with mean %s in channel %d"
                  .formatted(low, high, mean.get(i), i));
        }
      }
    }
  }

  public ActivationRanges {
    channels = Collections.unmodifiableMap(new LinkedHashMap<>(channels)); // keeps the order
  }
}
