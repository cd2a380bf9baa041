package io.github.vanillanet.train.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgressFileTest {

  @TempDir Path folder;
  private Path path;
  private ProgressFile file;

  @BeforeEach
  void open() {
    path = folder.resolve("progress.jsonl");
    file = new ProgressFile(path);
  }

  static Progress step(long step) {
    return new Progress(
        Instant.EPOCH,
        "train",
        0,
        3,
        step,
        30,
        OptionalInt.of(0),
        OptionalInt.of(64),
        OptionalDouble.of(2.5),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.of(1e-3),
        OptionalDouble.of(0.5),
        OptionalDouble.of(100),
        OptionalDouble.of(12));
  }

  @Test
  void aLineIsSnakeCaseJsonWithoutAbsentMembers() throws Exception {
    file.append(step(1));

    assertThat(Files.readString(path))
        .isEqualTo(
            "{\"time\":\"1970-01-01T00:00:00Z\",\"phase\":\"train\",\"epoch\":0,\"epochs\":3,"
                + "\"step\":1,\"steps\":30,\"stage\":0,\"input_size\":64,\"loss\":2.5,\"learning_rate\":0.001,\"slope\":0.5,"
                + "\"images_per_second\":100.0,\"seconds_left\":12.0}\n");
  }

  @Test
  void aReaderSeesEachCompleteLineOnce() throws Exception {
    ProgressFile.Tail tail = file.tail();
    assertThat(tail.next()).isEmpty();
    file.append(step(1));
    file.append(step(2));
    assertThat(tail.next()).containsExactly(step(1), step(2));
    append("{\"time\":");
    assertThat(tail.next()).isEmpty();

    file.append(step(3));

    assertThat(tail.next()).containsExactly(step(3));
    assertThat(tail.next()).isEmpty();
  }

  @Test
  void theLastLineIsTheLastCompleteOne() throws Exception {
    assertThat(file.last()).isEmpty();
    file.append(step(1));
    append("{\"time\":\"1970-01-01T00:00");

    assertThat(file.last()).contains(step(1));
  }

  @Test
  void aLossThatIsNotANumberIsKept() throws Exception {
    Progress lost =
        new Progress(
            Instant.EPOCH,
            "train",
            0,
            1,
            0,
            1,
            OptionalInt.of(0),
            OptionalInt.of(64),
            OptionalDouble.of(Double.NaN),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty());

    file.append(lost);

    assertThat(file.last()).contains(lost);
  }

  @Test
  void theOldestLinesOfALongBacklogAreDropped() throws Exception {
    for (int step = 0; step < 3000; step++) {
      file.append(step(step));
    }

    ProgressFile.Tail tail = file.tail();

    assertThat(tail.next()).hasSizeBetween(1, 2000).last().isEqualTo(step(2999));
    assertThat(tail.next()).isEmpty();
  }

  private void append(String text) throws Exception {
    Files.writeString(path, text, StandardOpenOption.APPEND, StandardOpenOption.CREATE);
  }
}
