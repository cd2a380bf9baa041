package io.github.vanillanet.train.pipeline;

import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.train.dataset.Balance;
import io.github.vanillanet.train.dataset.Batch;
import io.github.vanillanet.train.dataset.BatchSource;
import io.github.vanillanet.train.dataset.FolderBatches;
import io.github.vanillanet.train.dataset.ImageFolder;
import io.github.vanillanet.train.dataset.Sample;
import io.github.vanillanet.train.dataset.SampleReader;
import io.github.vanillanet.train.look.Plan;
import io.github.vanillanet.train.look.Thumbnails;
import io.github.vanillanet.train.loop.Recipe;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Random changes of some training images, made by the batches of a training with the recipe's
 * augmentation at its final input size.
 */
final class AugmentedSamples {

  private static final int IMAGES = 3;
  private static final int CHANGES = 5;
  private static final double EVERY_FILE_MAY_BE_DAMAGED = 1;

  private AugmentedSamples() {}

  /**
   * Augments the first image of each of the first classes.
   *
   * @param jpegs the thumbnails of a job; those of the result are appended
   */
  static List<Plan.Augmented> of(
      ImageFolder data, Recipe recipe, ImageDecoder decoder, List<byte[]> jpegs)
      throws IOException {
    List<Sample> samples =
        IntStream.range(0, data.classNames().size())
            .mapToObj(label -> first(data.training(), label))
            .flatMap(Optional::stream)
            .limit(IMAGES)
            .toList();
    Thumbnails thumbnails = new Thumbnails(decoder);
    List<Plan.Augmented> augmented = new ArrayList<>();
    for (Map.Entry<Integer, List<byte[]>> entry : changes(samples, recipe, decoder).entrySet()) {
      Sample sample = samples.get(entry.getKey());
      Optional<byte[]> original = thumbnails.jpeg(sample);
      if (original.isPresent()) {
        int number = jpegs.size();
        jpegs.add(original.get());
        jpegs.addAll(entry.getValue());
        augmented.add(
            new Plan.Augmented(
                data.root().relativize(sample.file()).toString(),
                number,
                IntStream.range(number + 1, jpegs.size()).boxed().toList()));
      }
    }
    return augmented;
  }

  private static Optional<Sample> first(List<Sample> samples, int label) {
    return samples.stream().filter(sample -> sample.label() == label).findFirst();
  }

  /** JPEGs by the position of their image in {@code samples}. One epoch changes each image once. */
  private static Map<Integer, List<byte[]>> changes(
      List<Sample> samples, Recipe recipe, ImageDecoder decoder) throws IOException {
    ImagePreparation images = ImagePreparation.of(recipe, recipe.inputSize());
    SampleReader reader = new SampleReader(samples, decoder, 0, EVERY_FILE_MAY_BE_DAMAGED);
    BatchSource batches =
        FolderBatches.training(
            reader,
            images.augmentation(),
            samples.size(),
            1,
            recipe.seed(),
            CHANGES,
            samples.size(),
            Balance.NONE);
    Map<Integer, List<byte[]>> changes = new TreeMap<>();
    try (BatchSource.Pass pass = batches.open(0, 0)) {
      Optional<Batch> batch = pass.next();
      while (batch.isPresent()) {
        int[] indices = batch.get().indices();
        FloatBuffer input = batch.get().input().asFloatBuffer();
        for (int row = 0; row < indices.length; row++) {
          int offset = row * (input.limit() / indices.length);
          changes
              .computeIfAbsent(indices[row], index -> new ArrayList<>())
              .add(Thumbnails.jpeg(images.preprocessing().pixels(input, offset)));
        }
        batch = pass.next();
      }
    }
    return changes;
  }
}
