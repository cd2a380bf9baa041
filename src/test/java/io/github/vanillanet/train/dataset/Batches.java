package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.image.Preprocessing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Loads and reads batches of small images for tests. */
public final class Batches {

  static final Preprocessing INPUT = Preprocessing.official(48, 48);
  static final long SEED = 42;

  private Batches() {}

  /** A batch as plain values, because the loader reuses its buffer. */
  record Seen(String content, List<Integer> labels, List<Integer> indices) {}

  static Augmentation augmentation() {
    return new Augmentation(
        INPUT,
        ResizedCrop.OFFICIAL,
        true,
        RandAugment.parse("rand-m7-mstd0.5-inc1"),
        new RandomErasing(0.25));
  }

  static SampleReader reader(List<Sample> samples, long cacheBytes) {
    return new SampleReader(samples, new ImageDecoder(1_000_000), cacheBytes, 0.2);
  }

  static List<Seen> train(SampleReader reader, int batchSize, int threads, int epochs) {
    return seen(training(reader, batchSize, threads, epochs), 0, 0);
  }

  static FolderBatches training(SampleReader reader, int batchSize, int threads, int epochs) {
    return FolderBatches.training(
        reader, augmentation(), batchSize, threads, SEED, epochs, 3, Balance.NONE);
  }

  static List<Seen> seen(FolderBatches source, int epoch, int step) {
    List<Seen> batches = new ArrayList<>();
    try (BatchLoader loader = source.open(epoch, step)) {
      for (Optional<Batch> next = loader.next(); next.isPresent(); next = loader.next()) {
        Batch batch = next.get();
        byte[] bytes = new byte[batch.input().remaining()];
        batch.input().get(0, bytes);
        batches.add(
            new Seen(
                Arrays.hashCode(bytes) + "/" + bytes.length,
                Arrays.stream(batch.labels()).boxed().toList(),
                Arrays.stream(batch.indices()).boxed().toList()));
      }
    }
    return batches;
  }

  /** A batch with a copy of {@code values}, [n, 3, height, width]. */
  public static Batch of(float[] values, int[] labels) {
    ByteBuffer direct =
        ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.nativeOrder());
    direct.asFloatBuffer().put(values);
    return new Batch(direct, labels, IntStream.range(0, labels.length).toArray());
  }

  static List<Integer> indices(List<Seen> batches) {
    return batches.stream().flatMap(batch -> batch.indices().stream()).toList();
  }

  static float[] sample(Batch batch, int slot) {
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
