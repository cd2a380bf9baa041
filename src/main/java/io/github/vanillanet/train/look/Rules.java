package io.github.vanillanet.train.look;

/**
 * The table of defaults: values that follow from the number and the size of the images.
 *
 * <p>Few images cannot fill a wide network and need many epochs; small images have no details for a
 * large input.
 */
final class Rules {

  /** The sizes that are chosen, in pixels. */
  static final int[] INPUT_SIZES = {64, 96, 128, 160, 224};

  static final double SMALLEST_WIDTH = 1 / 16.0;
  static final int FEW_IMAGES = 2_000;
  static final int MANY_IMAGES = 20_000;
  static final int VERY_MANY_IMAGES = 200_000;

  private static final int SMALLEST_BATCH = 16;
  private static final int LARGEST_BATCH = 128;

  /** An epoch of a small data set has at least this many steps. */
  private static final int STEPS_PER_EPOCH = 8;

  private static final int LEAST_STEPS = 600;
  private static final int LEAST_EPOCHS = 30;
  private static final int MOST_EPOCHS = 100;

  private Rules() {}

  /** Twice the images' size at most: the network halves the size four times or more. */
  static int inputSize(DataFacts data) {
    int most =
        data.trainingImages() < FEW_IMAGES ? 128 : data.trainingImages() < MANY_IMAGES ? 160 : 224;
    int side = data.medianSide();
    int chosen = INPUT_SIZES[0];
    for (int size : INPUT_SIZES) {
      if (size <= most && size <= 1.25 * side) {
        chosen = size;
      }
    }
    return chosen;
  }

  /** Factor on the variant's widths. */
  static double width(DataFacts data, boolean cuda) {
    double onCpu =
        data.trainingImages() < MANY_IMAGES
            ? 1 / 8.0
            : data.trainingImages() < VERY_MANY_IMAGES ? 1 / 4.0 : 1 / 2.0;
    return cuda && data.trainingImages() >= MANY_IMAGES ? 2 * onCpu : onCpu;
  }

  /** Images per step of the optimizer: a power of two, or all images if there are fewer. */
  static int batchSize(DataFacts data) {
    int wanted = Integer.highestOneBit(Math.max(1, data.trainingImages() / STEPS_PER_EPOCH));
    return Math.min(
        Math.max(1, data.trainingImages()),
        Math.max(SMALLEST_BATCH, Math.min(wanted, LARGEST_BATCH)));
  }

  /** Time for the whole training. */
  static String budget(DataFacts data) {
    return data.trainingImages() < FEW_IMAGES ? "10m" : "30m";
  }

  static int epochs(DataFacts data, int imagesPerStep) {
    int stepsPerEpoch = Math.max(1, data.trainingImages() / imagesPerStep);
    return Math.max(LEAST_EPOCHS, Math.min(LEAST_STEPS / stepsPerEpoch, MOST_EPOCHS));
  }
}
