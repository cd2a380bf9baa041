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
import static io.github.vanillanet.train.dataset.Batches.training;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.base.image.RgbImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderBatchesTest {

  @TempDir Path folder;

  @Test
  void deliversEachSampleAtMostOncePerEpochInBatchesOfOneSize() {
    List<Batches.Seen> batches = train(reader(Pictures.samples(folder, 23), 0), 5, 2, 2);

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
  void batchesDoNotDependOnTheNumberOfThreads() {
    List<Sample> samples = Pictures.samples(folder, 40);
    List<Batches.Seen> oneThread = train(reader(samples, 0), 8, 1, 3);

    for (int threads : new int[] {2, 3, 8}) {
      assertThat(train(reader(samples, 1 << 20), 8, threads, 3))
          .as("%d threads", threads)
          .isEqualTo(oneThread);
    }
  }

  @Test
  void resumesAtAnyPosition() {
    FolderBatches source = training(reader(Pictures.samples(folder, 20), 0), 6, 2, 3);
    List<Batches.Seen> whole = seen(source, 0, 0);

    assertThat(source.batches()).isEqualTo(3);
    for (int done = 0; done <= whole.size(); done++) {
      assertThat(seen(source, done / 3, done % 3)).isEqualTo(whole.subList(done, whole.size()));
    }
  }

  @Test
  void augmentsASampleDifferentlyInEachEpoch() {
    List<Batches.Seen> epochs = train(reader(Pictures.samples(folder, 1), 0), 1, 2, 20);

    assertThat(epochs).extracting(Batches.Seen::content).hasSize(20).doesNotHaveDuplicates();
  }

  @Test
  void anotherSeedGivesOtherBatches() {
    SampleReader reader = reader(Pictures.samples(folder, 8), 0);

    FolderBatches other =
        FolderBatches.training(reader, augmentation(), 8, 1, SEED + 1, 1, 3, Balance.NONE);

    assertThat(seen(other, 0, 0)).isNotEqualTo(train(reader, 8, 1, 1));
  }

  @Test
  void balancedSourcesKnowTheSizesOfTheClasses() {
    List<Sample> all = Pictures.samples(folder, 12);
    List<Sample> few =
        Stream.concat(
                all.stream().filter(sample -> sample.label() == 0),
                all.stream().filter(sample -> sample.label() == 2).limit(2))
            .toList();

    assertThat(source(few, Balance.WEIGHTS).classWeights()).containsExactly(0.75, 0, 1.5);
    assertThat(source(few, Balance.NONE).classWeights()).isEmpty();
    List<Integer> labels =
        seen(source(few, Balance.SAMPLING), 0, 0).stream()
            .flatMap(batch -> batch.labels().stream())
            .toList();
    assertThat(labels).containsExactlyInAnyOrder(0, 0, 0, 2, 2, 2);
  }

  private static FolderBatches source(List<Sample> samples, Balance balance) {
    return FolderBatches.training(
        reader(samples, 0), augmentation(), samples.size(), 1, SEED, 1, 3, balance);
  }

  @Test
  void evaluationPreprocessesAsServingDoes() {
    List<Sample> samples = Pictures.samples(folder, 7);
    FolderBatches source = FolderBatches.evaluation(reader(samples, 0), INPUT, 3, 2, 3);

    try (BatchLoader loader = source.open(0, 0)) {
      for (int size : new int[] {3, 3, 1}) {
        Batch batch = loader.next().orElseThrow();
        assertThat(batch.size()).isEqualTo(size);
        for (int slot = 0; slot < size; slot++) {
          RgbImage image = decode(samples.get(batch.indices()[slot]));
          assertThat(sample(batch, slot)).isEqualTo(INPUT.normalise(INPUT.apply(image)));
        }
      }
      assertThat(loader.next()).isEmpty();
      assertThat(loader.next()).isEmpty();
    }
  }

  @Test
  void trainingNormalisesAsServingDoes() {
    List<Sample> samples = Pictures.samples(folder, 4);
    Preprocessing plain = new Preprocessing(32, 32, false, 32, 32, INPUT.mean(), INPUT.std());
    Augmentation flipsOnly =
        new Augmentation(plain, new ResizedCrop(1), true, RandAugment.NONE, new RandomErasing(0));
    FolderBatches source =
        FolderBatches.training(reader(samples, 0), flipsOnly, 4, 2, SEED, 1, 3, Balance.NONE);

    try (BatchLoader loader = source.open(0, 0)) {
      Batch batch = loader.next().orElseThrow();

      for (int slot = 0; slot < 4; slot++) {
        RgbImage image = decode(samples.get(batch.indices()[slot]));
        float[] actual = sample(batch, slot);
        assertThat(
                Arrays.equals(actual, plain.normalise(image))
                    || Arrays.equals(actual, plain.normalise(Augmentation.mirror(image))))
            .isTrue();
      }
    }
  }

  @Test
  void deliversDirectNativeBuffersAndReusesThem() {
    Set<ByteBuffer> buffers = Collections.newSetFromMap(new IdentityHashMap<>());

    try (BatchLoader loader =
        training(reader(Pictures.samples(folder, 30), 0), 2, 2, 4).open(0, 0)) {
      for (Optional<Batch> next = loader.next(); next.isPresent(); next = loader.next()) {
        ByteBuffer input = next.get().input();
        assertThat(input.isDirect()).isTrue();
        assertThat(input.order()).isEqualTo(ByteOrder.nativeOrder());
        assertThat(input.remaining()).isEqualTo(2 * 3 * 48 * 48 * 4);
        buffers.add(input);
      }
    }

    assertThat(buffers).hasSize(BatchLoader.AHEAD + 1);
  }

  @Test
  void rejectsABatchLargerThanTheTrainingSet() {
    SampleReader reader = reader(Pictures.samples(folder, 3), 0);

    assertThatThrownBy(() -> training(reader, 4, 1, 1)).has(code(ErrorCode.BAD_CONFIGURATION));
  }

  @Test
  void rejectsAnEvaluationWithoutImages() {
    SampleReader reader = reader(List.of(), 0);

    assertThatThrownBy(() -> FolderBatches.evaluation(reader, INPUT, 3, 2, 3))
        .has(code(ErrorCode.BAD_DATASET));
  }

  @Test
  void closeJoinsTheThreadsEvenIfInterrupted() {
    SampleReader reader = reader(Pictures.samples(folder, 40), 0);
    BatchLoader loader = training(reader, 20, 3, 99).open(0, 0);
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
  void anInterruptEndsTheWaitForABatch() {
    try (BatchLoader loader =
        training(reader(Pictures.samples(folder, 40), 0), 40, 1, 1).open(0, 0)) {
      Thread.currentThread().interrupt();

      assertThatThrownBy(loader::next).isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  private static RgbImage decode(Sample sample) {
    return new ImageDecoder(1_000_000).decode(read(sample.file()));
  }
}
