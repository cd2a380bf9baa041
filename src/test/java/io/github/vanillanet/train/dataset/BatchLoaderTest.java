package io.github.vanillanet.train.dataset;

import static io.github.vanillanet.Failures.code;
import static io.github.vanillanet.train.dataset.Batches.INPUT;
import static io.github.vanillanet.train.dataset.Batches.SEED;
import static io.github.vanillanet.train.dataset.Batches.augmentation;
import static io.github.vanillanet.train.dataset.Batches.indices;
import static io.github.vanillanet.train.dataset.Batches.read;
import static io.github.vanillanet.train.dataset.Batches.reader;
import static io.github.vanillanet.train.dataset.Batches.sample;
import static io.github.vanillanet.train.dataset.Batches.seen;
import static io.github.vanillanet.train.dataset.Batches.train;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.image.Preprocessing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchLoaderTest {

  @TempDir Path folder;

  @Test
  void deliversEachSampleAtMostOncePerEpochInBatchesOfOneSize() {
    SampleReader reader = reader(Pictures.samples(folder, 23), 0);

    List<Batches.Seen> batches = train(reader, new LoaderSettings(5, 2, 2), Position.start(), 2);

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
    List<Batches.Seen> alone =
        train(reader(samples, 0), new LoaderSettings(8, 1, 1), Position.start(), 3);

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
    List<Batches.Seen> whole = train(reader, settings, Position.start(), 3);

    for (int done = 0; done <= whole.size(); done++) {
      Position position = new Position(done / 3, done % 3);

      assertThat(train(reader, settings, position, 3)).isEqualTo(whole.subList(done, whole.size()));
    }
    assertThat(train(reader, settings, new Position(0, 3), 3)).isEqualTo(whole.subList(3, 9));
  }

  @Test
  void showsASampleDifferentlyInEachEpoch() {
    SampleReader reader = reader(Pictures.samples(folder, 1), 0);

    List<Batches.Seen> epochs = train(reader, new LoaderSettings(1, 2, 2), Position.start(), 20);

    assertThat(epochs).extracting(Batches.Seen::content).hasSize(20).doesNotHaveDuplicates();
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
  void refusesABatchLargerThanTheSet() {
    SampleReader reader = reader(Pictures.samples(folder, 3), 0);

    assertThatThrownBy(() -> train(reader, new LoaderSettings(4, 1, 1), Position.start(), 1))
        .has(code(ErrorCode.BAD_CONFIGURATION))
        .hasMessage("a batch of 4 is more than the 3 training images");
  }

  @Test
  void closeJoinsItsThreads() {
    SampleReader reader = reader(Pictures.samples(folder, 40), 0);
    BatchLoader loader =
        BatchLoader.training(
            reader, augmentation(), new LoaderSettings(20, 3, 2), SEED, Position.start(), 99);
    loader.next();

    Thread.currentThread().interrupt();
    loader.close();

    assertThat(Thread.interrupted()).isTrue();
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
}
