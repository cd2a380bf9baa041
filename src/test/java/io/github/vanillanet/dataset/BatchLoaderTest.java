package io.github.vanillanet.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.error.ServiceException;
import io.github.vanillanet.image.ImageDecoder;
import io.github.vanillanet.image.Preprocessing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchLoaderTest {

  private static final Preprocessing INPUT = Preprocessing.official(48, 48);
  private static final long SEED = 42;

  @TempDir Path folder;

  /** A batch as plain values; its buffer goes round. */
  private record Seen(String content, List<Integer> labels, List<Integer> indices) {}

  @Test
  void deliversEachSampleAtMostOncePerEpochInBatchesOfOneSize() {
    SampleReader reader = reader(Pictures.samples(folder, 23), 0);

    List<Seen> batches = train(reader, new LoaderSettings(5, 2, 2), Position.start(), 2);

    assertThat(batches).hasSize(8).allMatch(batch -> batch.indices().size() == 5);
    List<Integer> first = indices(batches.subList(0, 4));
    List<Integer> second = indices(batches.subList(4, 8));
    assertThat(first).doesNotHaveDuplicates();
    assertThat(second).doesNotHaveDuplicates().isNotEqualTo(first);
    assertThat(batches)
        .allSatisfy(
            batch ->
                assertThat(batch.labels())
                    .isEqualTo(batch.indices().stream().map(index -> index % 3).toList()));
  }

  @Test
  void deliversTheSameWithAnyNumberOfThreads() {
    List<Sample> samples = Pictures.samples(folder, 40);
    List<Seen> alone = train(reader(samples, 0), new LoaderSettings(8, 1, 1), Position.start(), 3);

    for (int threads : new int[] {2, 3, 8}) {
      LoaderSettings settings = new LoaderSettings(8, threads, 4);

      assertThat(train(reader(samples, 1 << 20), settings, Position.start(), 3))
          .as("%d threads", threads)
          .isEqualTo(alone);
    }
  }

  @Test
  void resumesAtAnyPosition() {
    SampleReader reader = reader(Pictures.samples(folder, 20), 0);
    LoaderSettings settings = new LoaderSettings(6, 2, 2);
    List<Seen> whole = train(reader, settings, Position.start(), 3);

    for (int done = 0; done <= whole.size(); done++) {
      Position position = new Position(done / 3, done % 3);

      assertThat(train(reader, settings, position, 3)).isEqualTo(whole.subList(done, whole.size()));
    }
    assertThat(train(reader, settings, new Position(0, 3), 3)).isEqualTo(whole.subList(3, 9));
  }

  @Test
  void anotherSeedGivesOtherBatches() {
    SampleReader reader = reader(Pictures.samples(folder, 8), 0);
    LoaderSettings settings = new LoaderSettings(8, 1, 1);

    try (BatchLoader loader =
        BatchLoader.training(reader, augmentation(), settings, 43, Position.start(), 1)) {
      assertThat(seen(loader)).isNotEqualTo(train(reader, settings, Position.start(), 1));
    }
  }

  @Test
  void evaluatesExactlyAsServingSees() {
    List<Sample> samples = Pictures.samples(folder, 7);
    ImageDecoder decoder = new ImageDecoder(1_000_000);
    List<float[]> expected = new ArrayList<>();
    for (Sample sample : samples) {
      expected.add(INPUT.normalise(INPUT.apply(decoder.decode(read(sample.file())))));
    }

    try (BatchLoader loader =
        BatchLoader.evaluation(reader(samples, 0), INPUT, new LoaderSettings(3, 2, 2))) {
      for (int size : new int[] {3, 3, 1}) {
        LabelledBatch batch = loader.next().orElseThrow();
        assertThat(batch.size()).isEqualTo(size);
        for (int slot = 0; slot < size; slot++) {
          assertThat(sample(batch, slot)).isEqualTo(expected.get(batch.indices()[slot]));
        }
      }
      assertThat(loader.next()).isEmpty();
      assertThat(loader.next()).isEmpty();
    }
  }

  @Test
  void normalisesAsServingDoes() {
    List<Sample> samples = Pictures.samples(folder, 4);
    Preprocessing plain = new Preprocessing(32, 32, false, 32, 32, INPUT.mean(), INPUT.std());
    Augmentation still = new Augmentation(plain, new PaddedCrop(0), 0);

    try (BatchLoader loader =
        BatchLoader.training(
            reader(samples, 0), still, new LoaderSettings(4, 2, 1), SEED, Position.start(), 1)) {
      LabelledBatch batch = loader.next().orElseThrow();

      for (int slot = 0; slot < 4; slot++) {
        byte[] file = read(samples.get(batch.indices()[slot]).file());
        assertThat(sample(batch, slot))
            .isEqualTo(plain.normalise(new ImageDecoder(1_000_000).decode(file)));
      }
    }
  }

  @Test
  void deliversDirectNativeBuffersAndRecyclesThem() {
    SampleReader reader = reader(Pictures.samples(folder, 30), 0);
    LoaderSettings settings = new LoaderSettings(2, 2, 3);
    Set<ByteBuffer> buffers = Collections.newSetFromMap(new IdentityHashMap<>());

    try (BatchLoader loader =
        BatchLoader.training(reader, augmentation(), settings, SEED, Position.start(), 4)) {
      Optional<LabelledBatch> batch = loader.next();
      while (batch.isPresent()) {
        ByteBuffer input = batch.get().input();
        assertThat(input.isDirect()).isTrue();
        assertThat(input.order()).isEqualTo(ByteOrder.nativeOrder());
        assertThat(input.remaining()).isEqualTo(2 * 3 * 48 * 48 * 4);
        buffers.add(input);
        batch = loader.next();
      }
    }

    assertThat(buffers).hasSize(4);
  }

  @Test
  void replacesDamagedFilesByTheNextReadableOne() throws IOException {
    List<Sample> samples = Pictures.samples(folder, 20);
    damage(samples.get(4));
    damage(samples.get(5));
    Files.delete(samples.get(19).file());
    LoaderSettings settings = new LoaderSettings(5, 3, 2);
    SampleReader reader = reader(samples, 0);

    List<Seen> batches = train(reader, settings, Position.start(), 2);

    assertThat(batches).hasSize(8).allMatch(batch -> batch.indices().size() == 5);
    assertThat(indices(batches.subList(0, 4)))
        .doesNotContain(4, 5, 19)
        .containsOnlyOnce(1, 2, 3)
        .filteredOn(index -> index == 6)
        .hasSize(3);
    assertThat(reader.corruptFiles())
        .extracting(CorruptFile::file)
        .containsExactly(samples.get(4).file(), samples.get(5).file(), samples.get(19).file());
    assertThat(train(reader(samples, 0), settings, new Position(1, 2), 2))
        .isEqualTo(batches.subList(6, 8));
  }

  @Test
  void leavesDamagedFilesOutOfAnEvaluation() {
    List<Sample> samples = Pictures.samples(folder, 9);
    List.of(0, 3, 4, 5, 7).forEach(index -> damage(samples.get(index)));
    SampleReader reader = new SampleReader(samples, new ImageDecoder(1_000_000), 0, 0.6);

    try (BatchLoader loader = BatchLoader.evaluation(reader, INPUT, new LoaderSettings(3, 2, 2))) {
      LabelledBatch first = loader.next().orElseThrow();
      assertThat(first.indices()).containsExactly(1, 2);
      assertThat(sample(first, 1))
          .isEqualTo(
              INPUT.normalise(
                  INPUT.apply(new ImageDecoder(1_000_000).decode(read(samples.get(2).file())))));
      assertThat(loader.next().orElseThrow().indices()).containsExactly(6, 8);
      assertThat(loader.next()).isEmpty();
    }
    assertThat(reader.corruptFiles()).hasSize(5);
  }

  @Test
  void failsWhenTooManyFilesAreDamaged() {
    List<Sample> samples = Pictures.samples(folder, 20);
    samples.subList(0, 6).forEach(BatchLoaderTest::damage);

    try (BatchLoader loader =
        BatchLoader.training(
            reader(samples, 0),
            augmentation(),
            new LoaderSettings(20, 2, 1),
            SEED,
            Position.start(),
            1)) {
      for (int call = 0; call < 2; call++) {
        assertThatThrownBy(loader::next)
            .isInstanceOf(ServiceException.BadDataset.class)
            .hasMessageContaining("of 20 files are damaged, at most 20.0 % may be");
      }
    }
  }

  @Test
  void refusesABatchLargerThanTheSet() {
    SampleReader reader = reader(Pictures.samples(folder, 3), 0);

    assertThatThrownBy(() -> train(reader, new LoaderSettings(4, 1, 1), Position.start(), 1))
        .isInstanceOf(ServiceException.BadConfiguration.class)
        .hasMessage("a batch of 4 is more than the 3 training images");
  }

  @Test
  void closeJoinsItsThreads() {
    SampleReader reader = reader(Pictures.samples(folder, 40), 0);
    BatchLoader loader =
        BatchLoader.training(
            reader, augmentation(), new LoaderSettings(20, 3, 2), SEED, Position.start(), 99);
    loader.next();

    loader.close();

    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().startsWith("batch-loader-"));
    assertThat(reader.corruptFiles()).isEmpty();
    assertThatThrownBy(loader::next).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anInterruptEndsTheWaitAndStaysSet() {
    SampleReader reader = reader(Pictures.samples(folder, 40), 0);

    try (BatchLoader loader =
        BatchLoader.training(
            reader, augmentation(), new LoaderSettings(40, 1, 1), SEED, Position.start(), 1)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(loader::next).isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void readsFromMemoryOnceItIsCached() throws IOException {
    List<Sample> samples = Pictures.samples(folder, 12);
    SampleReader reader = reader(samples, 12 * (3 * 32 * 32 + 48));
    List<Seen> fromDisk = train(reader, new LoaderSettings(12, 2, 1), Position.start(), 1);

    for (Sample sample : samples) {
      Files.delete(sample.file());
    }

    assertThat(train(reader, new LoaderSettings(12, 2, 1), Position.start(), 1))
        .isEqualTo(fromDisk);
    assertThat(reader.corruptFiles()).isEmpty();
  }

  @Test
  void cachesNoMoreThanItsBound() throws IOException {
    List<Sample> samples = Pictures.samples(folder, 12);
    SampleReader reader =
        new SampleReader(samples, new ImageDecoder(1_000_000), 7 * (3 * 32 * 32 + 48) + 100, 1);
    IntStream.range(0, 12).forEach(reader::read);

    for (Sample sample : samples) {
      Files.delete(sample.file());
    }

    assertThat(IntStream.range(0, 12).filter(index -> reader.read(index).isPresent()))
        .containsExactly(0, 1, 2, 3, 4, 5, 6);
  }

  private static Augmentation augmentation() {
    return new Augmentation(INPUT, ResizedCrop.official(), 0.5);
  }

  private static SampleReader reader(List<Sample> samples, long cacheBytes) {
    return new SampleReader(samples, new ImageDecoder(1_000_000), cacheBytes, 0.2);
  }

  private static List<Seen> train(
      SampleReader reader, LoaderSettings settings, Position start, int epochs) {
    try (BatchLoader loader =
        BatchLoader.training(reader, augmentation(), settings, SEED, start, epochs)) {
      return seen(loader);
    }
  }

  private static List<Seen> seen(BatchLoader loader) {
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

  private static List<Integer> indices(List<Seen> batches) {
    return batches.stream().flatMap(batch -> batch.indices().stream()).toList();
  }

  private static float[] sample(LabelledBatch batch, int slot) {
    float[] chw = new float[batch.input().remaining() / Float.BYTES / batch.size()];
    batch.input().asFloatBuffer().get(slot * chw.length, chw);
    return chw;
  }

  private static void damage(Sample sample) {
    byte[] content = read(sample.file());
    Pictures.write(sample.file(), Arrays.copyOf(content, content.length / 2));
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
