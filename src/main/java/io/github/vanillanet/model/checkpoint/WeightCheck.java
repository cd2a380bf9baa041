package io.github.vanillanet.model.checkpoint;

import java.util.ArrayList;
import java.util.List;

/** Rejects weights that no training produces: NaN, infinities, negative variances. */
final class WeightCheck {

  private static final int CHUNK = 1 << 14;
  private static final String VARIANCE = "running_var";

  private WeightCheck() {}

  static void requireSane(StateDict weights) {
    List<String> nonFinite = new ArrayList<>();
    List<String> negative = new ArrayList<>();
    weights.tensors().forEach((name, tensor) -> check(name, tensor, nonFinite, negative));
    List<String> complaints = new ArrayList<>();
    if (!nonFinite.isEmpty()) {
      complaints.add(
          "expected finite weights, found NaN or infinity in " + Rejection.list(nonFinite));
    }
    if (!negative.isEmpty()) {
      complaints.add("expected no negative variances, found some in " + Rejection.list(negative));
    }
    if (!complaints.isEmpty()) {
      throw Rejection.of("%s", String.join("; ", complaints));
    }
  }

  private static void check(
      String name, HostTensor tensor, List<String> nonFinite, List<String> negative) {
    boolean variance = name.equals(VARIANCE) || name.endsWith('.' + VARIANCE);
    if (!tensor.type().isFloatingPoint() && !variance) {
      return;
    }
    boolean finite = true;
    double smallest = 0;
    for (int from = 0; from < tensor.elementCount(); from += CHUNK) {
      double[] values = new double[Math.min(CHUNK, tensor.elementCount() - from)];
      tensor.copyTo(from, values);
      for (double value : values) {
        finite &= Math.abs(value) <= Double.MAX_VALUE;
        smallest = value < smallest ? value : smallest;
      }
    }
    if (!finite) {
      nonFinite.add(name);
    } else if (variance && smallest < 0) {
      negative.add(name);
    }
  }
}
