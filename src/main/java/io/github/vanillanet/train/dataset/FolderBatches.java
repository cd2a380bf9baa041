package io.github.vanillanet.train.dataset;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;
import static io.github.vanillanet.base.error.ErrorCode.BAD_DATASET;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.base.image.RgbImage;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Batches of the images of a folder. Each sample is a function of (seed, epoch, index) and the
 * files. Thread-safe.
 *
 * @param view processing of each image before {@code preparation}, see {@link SampleReader#read}
 * @param epochs the batches end before this epoch
 */
public record FolderBatches(
    SampleReader reader,
    BatchOrder order,
    Optional<Preprocessing> view,
    Preparation preparation,
    int sampleFloats,
    int threads,
    int epochs,
    int classes,
    Balance balance)
    implements BatchSource {

  public FolderBatches {
    long bytes = (long) order.batchSize() * sampleFloats * Float.BYTES;
    if (bytes > Integer.MAX_VALUE) {
      throw BAD_CONFIGURATION.error(
          "a batch of %d samples takes %d bytes, expected less than 2 GiB",
          order.batchSize(), bytes);
    }
  }

  /**
   * Shuffled, augmented batches of exactly {@code batchSize} samples; the remainder of each epoch
   * is dropped. The next readable sample replaces a damaged file.
   *
   * @param threads that decode and augment
   * @param epochs the batches end before this epoch
   * @throws ServiceException {@code BAD_CONFIGURATION} if there are fewer samples than {@code
   *     batchSize}, or a batch takes 2 GiB or more
   */
  public static FolderBatches training(
      SampleReader reader,
      Augmentation augmentation,
      int batchSize,
      int threads,
      long seed,
      int epochs,
      int classes,
      Balance balance) {
    if (reader.size() < batchSize) {
      throw BAD_CONFIGURATION.error(
          "the batch size is %d, but there are only %d training images; use a smaller"
              + " batch size",
          batchSize, reader.size());
    }
    List<int[]> balanced = balance == Balance.SAMPLING ? byClass(reader, classes) : List.of();
    BatchOrder order = new BatchOrder(reader.size(), batchSize, true, seed, balanced);
    return new FolderBatches(
        reader,
        order,
        augmentation.view(),
        augmentation::write,
        floats(augmentation.serving()),
        threads,
        epochs,
        classes,
        balance);
  }

  /**
   * Each readable image once, in order, preprocessed as in the service. Damaged files are left out:
   * batches may be smaller than {@code batchSize}, but are never empty.
   *
   * @throws ServiceException {@code BAD_DATASET} if there is no sample
   */
  public static FolderBatches evaluation(
      SampleReader reader, Preprocessing serving, int batchSize, int threads, int classes) {
    if (reader.size() == 0) {
      throw BAD_DATASET.error("there are no validation images, expected at least one");
    }
    Preparation preparation =
        (image, random, target, offset) -> target.put(offset, serving.normalise(image));
    BatchOrder order = new BatchOrder(reader.size(), batchSize, false, 0);
    return new FolderBatches(
        reader,
        order,
        Optional.of(serving),
        preparation,
        floats(serving),
        threads,
        1,
        classes,
        Balance.NONE);
  }

  /** Indices of the samples of each class that has any. */
  private static List<int[]> byClass(SampleReader reader, int classes) {
    return IntStream.range(0, classes)
        .mapToObj(
            label ->
                IntStream.range(0, reader.size())
                    .filter(index -> reader.sample(index).label() == label)
                    .toArray())
        .filter(members -> members.length > 0)
        .toList();
  }

  /** With weights: samples / (classes · samples of the class), so that their mean is 1. */
  @Override
  public double[] classWeights() {
    if (balance != Balance.WEIGHTS) {
      return new double[0];
    }
    List<int[]> members = byClass(reader, classes);
    double[] weights = new double[classes];
    for (int[] ofClass : members) {
      weights[label(ofClass[0])] = (double) reader.size() / (members.size() * ofClass.length);
    }
    return weights;
  }

  @Override
  public int batches() {
    return order.batches();
  }

  @Override
  public BatchLoader open(int epoch, int step) {
    return new BatchLoader(this, order, threads, epoch, step, epochs);
  }

  private static int floats(Preprocessing input) {
    return 3 * input.height() * input.width();
  }

  int label(int index) {
    return reader.sample(index).label();
  }

  /**
   * Writes sample {@code index} at {@code offset}.
   *
   * @return the index of the sample that was written: another one if the file of {@code index} is
   *     damaged and this is a training, none in an evaluation
   * @throws ServiceException {@code BAD_DATASET} if too many files are damaged
   */
  OptionalInt write(int epoch, int index, FloatBuffer target, int offset) {
    int tries = order.training() ? reader.size() : 1;
    for (int i = 0; i < tries; i++) {
      int candidate = (int) (((long) index + i) % reader.size());
      Optional<RgbImage> image = reader.read(candidate, view);
      if (image.isPresent()) {
        // The draws are those of the wanted index: a replacement differs from its own sample.
        SplittableRandom random = RandomStreams.ofSample(order.seed(), epoch, index);
        preparation.write(image.get(), random, target, offset);
        return OptionalInt.of(candidate);
      }
    }
    if (order.training()) {
      throw BAD_DATASET.error("none of the %d files can be decoded", reader.size());
    }
    return OptionalInt.empty();
  }

  /**
   * From an image to the network's input. Writes one sample, float32 CHW, at {@code offset} by
   * absolute puts only, so that several threads can fill one buffer.
   */
  interface Preparation {
    void write(RgbImage image, SplittableRandom random, FloatBuffer target, int offset);
  }
}
