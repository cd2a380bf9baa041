package io.github.vanillanet.train.dataset;

import static io.github.vanillanet.Failures.code;
import static io.github.vanillanet.train.dataset.Batches.INPUT;
import static io.github.vanillanet.train.dataset.Batches.damage;
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
import io.github.vanillanet.base.image.RgbImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleReaderTest {

  @TempDir Path folder;

  @Test
  void trainingReplacesADamagedFileWithTheNextReadableOne() throws IOException {
    List<Sample> samples = Pictures.samples(folder, 20);
    damage(samples.get(4));
    damage(samples.get(5));
    Files.delete(samples.get(19).file());
    SampleReader reader = reader(samples, 0);

    List<Batches.Seen> batches = train(reader, 5, 3, 2);

    assertThat(batches).hasSize(8).allMatch(batch -> batch.indices().size() == 5);
    assertThat(indices(batches.subList(0, 4)))
        .doesNotContain(4, 5, 19)
        .containsOnlyOnce(1, 2, 3)
        .filteredOn(index -> index == 6)
        .hasSize(3);
    assertThat(reader.corruptFiles())
        .extracting(SampleReader.CorruptFile::file)
        .containsExactly(samples.get(4).file(), samples.get(5).file(), samples.get(19).file());
    assertThat(seen(training(reader(samples, 0), 5, 3, 2), 1, 2)).isEqualTo(batches.subList(6, 8));
  }

  @Test
  void evaluationSkipsDamagedFiles() {
    List<Sample> samples = Pictures.samples(folder, 9);
    List.of(0, 3, 4, 5, 7).forEach(index -> damage(samples.get(index)));
    SampleReader reader = new SampleReader(samples, new ImageDecoder(1_000_000), 0, 0.6);

    try (BatchLoader loader = FolderBatches.evaluation(reader, INPUT, 3, 2, 3).open(0, 0)) {
      Batch first = loader.next().orElseThrow();
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
  void turnsImagesUpright() throws IOException {
    Path file = folder.resolve("turned.png");
    try (InputStream turned =
        SampleReaderTest.class.getResourceAsStream("/picture-rules/exif_before_pixels.png")) {
      Files.copy(turned, file);
    }
    SampleReader reader =
        new SampleReader(List.of(new Sample(file, 0)), new ImageDecoder(1_000_000), 0, 0);

    RgbImage image = reader.read(0, Optional.empty()).orElseThrow();

    assertThat(image.width()).isEqualTo(30); // stored as 43x30
    assertThat(image.height()).isEqualTo(43);
  }

  @Test
  void failsWhenTooManyFilesAreDamaged() {
    List<Sample> samples = Pictures.samples(folder, 20);
    samples.subList(0, 6).forEach(Batches::damage);

    try (BatchLoader loader = training(reader(samples, 0), 20, 2, 1).open(0, 0)) {
      for (int call = 0; call < 2; call++) {
        assertThatThrownBy(loader::next)
            .has(code(ErrorCode.BAD_DATASET))
            .hasMessageContaining("20.0 %");
      }
    }
  }

  @Test
  void readsCachedImagesFromMemory() throws IOException {
    List<Sample> samples = Pictures.samples(folder, 12);
    SampleReader reader = reader(samples, 12 * (3 * 32 * 32 + SampleReader.OVERHEAD_BYTES));
    List<Batches.Seen> fromDisk = train(reader, 12, 2, 1);

    for (Sample sample : samples) {
      Files.delete(sample.file());
    }

    assertThat(train(reader, 12, 2, 1)).isEqualTo(fromDisk);
    assertThat(reader.corruptFiles()).isEmpty();
  }

  @Test
  void cacheStaysWithinItsBound() throws IOException {
    List<Sample> samples = Pictures.samples(folder, 12);
    SampleReader reader =
        new SampleReader(
            samples,
            new ImageDecoder(1_000_000),
            7 * (3 * 32 * 32 + SampleReader.OVERHEAD_BYTES) + 100,
            1);
    IntStream.range(0, 12).forEach(index -> reader.read(index, Optional.empty()));

    for (Sample sample : samples) {
      Files.delete(sample.file());
    }

    assertThat(
            IntStream.range(0, 12)
                .filter(index -> reader.read(index, Optional.empty()).isPresent()))
        .containsExactly(0, 1, 2, 3, 4, 5, 6);
  }
}
