package io.github.vanillanet.model.network;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The smallest and the largest activation of each channel on a set of images. An int8 artifact has
 * its scales from them. Activations are those that the next convolution takes: after the pool and
 * the ReLU.
 *
 * @param channels by the name of the convolution that computes the activations
 */
public record ActivationRanges(Map<String, Channels> channels) {

  /**
   * The ranges of one map of activations.
   *
   * @param lowest one per channel, finite
   * @param highest one per channel, finite, not below {@code lowest}
   */
  public record Channels(List<Float> lowest, List<Float> highest) {

    public Channels {
      lowest = List.copyOf(lowest);
      highest = List.copyOf(highest);
      if (lowest.size() != highest.size()) {
        throw new IllegalArgumentException(
            "expected as many lowest as highest values, found %d and %d"
                .formatted(lowest.size(), highest.size()));
      }
      for (int i = 0; i < lowest.size(); i++) {
        float low = lowest.get(i);
        float high = highest.get(i);
        if (!(Float.isFinite(low) && Float.isFinite(high) && low <= high)) {
          throw new IllegalArgumentException(
              "expected finite ranges, found %s to %s in channel %d".formatted(low, high, i));
        }
      }
    }
  }

  public ActivationRanges {
    channels = Collections.unmodifiableMap(new LinkedHashMap<>(channels)); // keeps the order
  }
}
