package io.github.vanillanet.train.experiment;

import java.util.List;

/**
 * Mean and standard deviation of a sample.
 *
 * @param mean 0 without values
 * @param deviation with the divisor n − 1; 0 with fewer than two values
 */
record Spread(double mean, double deviation) {

  static Spread of(List<Double> values) {
    double mean = values.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    double squares = values.stream().mapToDouble(value -> (value - mean) * (value - mean)).sum();
    return new Spread(mean, values.size() < 2 ? 0 : Math.sqrt(squares / (values.size() - 1)));
  }
}
