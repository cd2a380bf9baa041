package io.github.vanillanet.train.gate;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Minimises a smooth convex function with the limited-memory BFGS method and a backtracking line
 * search.
 *
 * @see <a href="https://doi.org/10.1007/BF01589116">Liu and Nocedal, 1989</a>
 */
final class Lbfgs {

  private static final int MEMORY = 10;
  private static final int MAX_ITERATIONS = 200;
  private static final double LEAST_IMPROVEMENT = 1e-10;
  private static final double LEAST_LENGTH = 1e-12;
  private static final double SUFFICIENT_DECREASE = 1e-4;

  /** A function and its gradient. */
  @FunctionalInterface
  interface Objective {
    /**
     * @param gradient receives the gradient at {@code x}; 0 for a variable that stays as it is
     */
    double at(double[] x, double[] gradient);
  }

  private record Correction(double[] step, double[] change, double curvature) {}

  private Lbfgs() {}

  /**
   * @param start not written
   */
  static double[] minimise(Objective objective, double[] start) {
    double[] x = start;
    double[] gradient = new double[x.length];
    double value = objective.at(x, gradient);
    Deque<Correction> corrections = new ArrayDeque<>(); // the latest first
    for (int iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
      double[] direction = direction(gradient, corrections);
      double slope = dot(gradient, direction);
      if (!(slope < 0)) {
        return x;
      }
      double length = corrections.isEmpty() ? Math.min(1, 1 / Math.sqrt(-slope)) : 1;
      double[] next = sum(x, length, direction);
      double[] nextGradient = new double[x.length];
      double nextValue = objective.at(next, nextGradient);
      while (!(nextValue <= value + SUFFICIENT_DECREASE * length * slope)) {
        length /= 2;
        if (length < LEAST_LENGTH) {
          return x;
        }
        next = sum(x, length, direction);
        nextValue = objective.at(next, nextGradient);
      }
      double[] step = sum(next, -1, x);
      double[] change = sum(nextGradient, -1, gradient);
      double curvature = dot(step, change);
      if (curvature > 0) {
        corrections.addFirst(new Correction(step, change, curvature));
        if (corrections.size() > MEMORY) {
          corrections.removeLast();
        }
      }
      double improvement = value - nextValue;
      x = next;
      gradient = nextGradient;
      value = nextValue;
      if (improvement <= LEAST_IMPROVEMENT) {
        return x;
      }
    }
    return x;
  }

  /** The gradient times the negative approximate inverse of the Hessian: the two-loop recursion. */
  private static double[] direction(double[] gradient, Deque<Correction> corrections) {
    double[] direction = sum(new double[gradient.length], -1, gradient);
    Deque<Double> factors = new ArrayDeque<>();
    for (Correction it : corrections) {
      double factor = dot(it.step(), direction) / it.curvature();
      factors.addFirst(factor);
      direction = sum(direction, -factor, it.change());
    }
    if (!corrections.isEmpty()) {
      Correction latest = corrections.getFirst();
      double scale = latest.curvature() / dot(latest.change(), latest.change());
      direction = sum(new double[gradient.length], scale, direction);
    }
    Iterator<Double> factor = factors.iterator();
    Iterator<Correction> oldestFirst = corrections.descendingIterator();
    while (oldestFirst.hasNext()) {
      Correction it = oldestFirst.next();
      double back = dot(it.change(), direction) / it.curvature();
      direction = sum(direction, factor.next() - back, it.step());
    }
    return direction;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /** a + factor · b. */
  private static double[] sum(double[] a, double factor, double[] b) {
    double[] sum = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      sum[i] = a[i] + factor * b[i];
    }
    return sum;
  }
}
