package io.github.vanillanet.train.loop;

import io.github.vanillanet.train.dataset.Batch;
import io.github.vanillanet.train.dataset.BatchSource;
import io.github.vanillanet.train.dataset.Batches;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Noisy images with stripes; the class is the direction of the stripes. Batches depend only on
 * (epoch, step).
 *
 * @param repeated whether a pass continues into the following epochs
 */
record StripedImages(int batches, int batchSize, int size, boolean repeated)
    implements BatchSource {

  static final int CLASSES = 3;

  @Override
  public int classes() {
    return CLASSES;
  }

  @Override
  public Pass open(int epoch, int step) {
    return new Pass() {
      private int position = epoch * batches + step;

      @Override
      public Optional<Batch> next() {
        boolean over = !repeated && position >= (epoch + 1) * batches;
        return over ? Optional.empty() : Optional.of(batch(position++));
      }

      @Override
      public void close() {}
    };
  }

  private Batch batch(int position) {
    SplittableRandom random = new SplittableRandom(position);
    int[] labels = new int[batchSize];
    float[] values = new float[batchSize * 3 * size * size];
    for (int i = 0; i < batchSize; i++) {
      labels[i] = random.nextInt(CLASSES);
      for (int p = 0; p < 3 * size * size; p++) {
        int row = p / size % size;
        int column = p % size;
        int along = labels[i] == 0 ? row : labels[i] == 1 ? column : row + column;
        double stripe = along / 4 % 2 == 0 ? 1 : -1;
        values[i * 3 * size * size + p] = (float) (stripe + random.nextDouble() - 0.5);
      }
    }
    return Batches.of(values, labels);
  }
}
