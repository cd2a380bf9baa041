package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.image.Preprocessing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What the tests of the loader share: the recipe's augmentation on a small input. */
final class Batches {

  static final Preprocessing INPUT = Preprocessing.official(48, 48);
  static final long SEED = 42;

  private Batches() {}

  /** A batch as plain values; its buffer goes round. */
  record Seen(String content, List<Integer> labels, List<Integer> indices) {}

  static Augmentation augmentation() {
    return new Augmentation(
        INPUT,
        ResizedCrop.official(),
        0.5,
        RandAugment.parse("rand-m7-mstd0.5-inc1"),
        RandomErasing.ofShare(0.25));
  }

  static SampleReader reader(List<Sample> samples, long cacheBytes) {
    return new SampleReader(samples, new ImageDecoder(1_000_000), cacheBytes, 0.2);
  }

  static List<Seen> train(
      SampleReader reader, LoaderSettings settings, Position start, int epochs) {
    try (BatchLoader loader =
        BatchLoader.training(reader, augmentation(), settings, SEED, start, epochs)) {
      return seen(loader);
    }
  }

  static List<Seen> seen(BatchLoader loader) {
    List<Seen> batches = new ArrayList<>();
    Optional<LabelledBatch> next = loader.next();
    while (next.isPresent()) {
      LabelledBatch batch = next.get();
      byte[] bytes = new byte[batch.input().remaining()];
      batch.input().get(0, bytes);
      batches.add(
          new Seen(
              Arrays.hashCode(bytes) + "/" + bytes.length,
              Arrays.stream(batch.labels()).boxed().toList(),
              Arrays.stream(batch.indices()).boxed().toList()));
      next = loader.next();
    }
    return batches;
  }

  static List<Integer> indices(List<Seen> batches) {
    return batches.stream().flatMap(batch -> batch.indices().stream()).toList();
  }

  static float[] sample(LabelledBatch batch, int slot) {
    float[] chw = new float[batch.input().remaining() / Float.BYTES / batch.size()];
    batch.input().asFloatBuffer().get(slot * chw.length, chw);
    return chw;
  }

  static void damage(Sample sample) {
    byte[] content = read(sample.file());
    Pictures.write(sample.file(), Arrays.copyOf(content, content.length / 2));
  }

  static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
