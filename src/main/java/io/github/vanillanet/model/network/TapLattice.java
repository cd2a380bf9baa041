package io.github.vanillanet.model.network;

import java.util.List;
import java.util.stream.Stream;

/**
 * Taps of a depthwise kernel at equal distances: a kernel of its own with gaps. XNNPACK has fast
 * depthwise kernels of 4, 9 and 25 taps; others are filled up with zeros. A larger kernel is the
 * sum of the kernels of its odd and even rows. A part that is still too large is divided into its
 * two outermost columns and the rest: 7×7 taps become 3×7, 4×5 and 4×2. If that rest is still too
 * large, it is divided into its odd and even columns.
 *
 * @param rows its taps in each column
 * @param columns its taps in each row
 */
record TapLattice(Axis rows, Axis columns) {

  static final int MOST_TAPS = 25;

  /**
   * @param first index of the first tap in the whole kernel
   * @param step distance between the taps
   * @param taps their number
   * @param padding of the map that gives an output of the size that the whole kernel gives
   */
  record Axis(int first, int step, int taps, int padding) {

    private List<Axis> halves() {
      int odd = taps / 2;
      return List.of(
          new Axis(first + 1, 2, odd, padding - 1), new Axis(first, 2, taps - odd, padding));
    }

    private Axis inner() {
      return new Axis(first + step, step, taps - 2, padding - step);
    }

    private Axis outer() {
      return new Axis(first, (taps - 1) * step, 2, padding);
    }
  }

  /** The parts of a centred kernel with stride 1 and odd sides, in two dimensions. */
  static List<TapLattice> parts(TouchingTaps kernel) {
    TapLattice whole =
        new TapLattice(
            new Axis(kernel.rows(), 1, kernel.keptRows(), kernel.topPadding()),
            new Axis(kernel.columns(), 1, kernel.keptColumns(), kernel.leftPadding()));
    return whole.split().flatMap(TapLattice::splitColumns).toList();
  }

  private Stream<TapLattice> split() {
    return isFast()
        ? Stream.of(this)
        : rows.halves().stream().map(half -> new TapLattice(half, columns));
  }

  private Stream<TapLattice> splitColumns() {
    if (isFast()) {
      return Stream.of(this);
    }
    TapLattice inner = new TapLattice(rows, columns.inner());
    return inner.isFast()
        ? Stream.of(inner, new TapLattice(rows, columns.outer()))
        : columns.halves().stream().map(half -> new TapLattice(rows, half));
  }

  boolean isFast() {
    return rows.taps() * columns.taps() <= MOST_TAPS;
  }

  /** The TorchScript expression of these taps of {@code weight}, contiguous. */
  String of(String weight) {
    return "torch.contiguous(%s)".formatted(slice(slice(weight, 2, rows), 3, columns));
  }

  private static String slice(String weight, int dimension, Axis axis) {
    int end = axis.first() + (axis.taps() - 1) * axis.step() + 1;
    return "torch.slice(%s, %d, %d, %d, %d)"
        .formatted(weight, dimension, axis.first(), end, axis.step());
  }
}
