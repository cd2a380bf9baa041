package io.github.vanillanet.model.quantize;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.image.ImageDecoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CalibrationSetTest {

  private static final List<String> LABELS = List.of("cat", "Dog", "bird");
  private static final ImageDecoder DECODER = new ImageDecoder(1_000_000);

  @TempDir Path folder;

  private CalibrationSet read() {
    return CalibrationSet.ofFolder(folder, LABELS, DECODER);
  }

  private static long count(List<CalibrationSet.Example> half, int label) {
    return half.stream().filter(it -> it.label().orElse(-1) == label).count();
  }

  @Test
  void bothHalvesHaveTheSameShareOfEachClass() {
    SyntheticImages.write(folder.resolve("cat"), 1301, 1);
    SyntheticImages.write(folder.resolve("more/dog"), 903, 2);
    SyntheticImages.write(folder.resolve("bird"), 101, 3);

    CalibrationSet set = read();

    assertThat(set.all().distinct()).hasSize(CalibrationSet.MOST_IMAGES);
    assertThat(set.ranges()).hasSize(CalibrationSet.MOST_IMAGES / 2);
    assertThat(set.labelled()).isTrue();
    for (int label = 0; label < LABELS.size(); label++) {
      long first = count(set.ranges(), label);
      assertThat(count(set.judgement(), label)).isBetween(first - 1, first + 1);
    }
    assertThat(count(set.ranges(), 2)).isBetween(43L, 45L);
    assertThat(read()).isEqualTo(set);
  }

  @Test
  void onlyDifferentImagesCount() throws IOException {
    SyntheticImages.write(folder, 999, 1);
    for (int i = 0; i < 30; i++) {
      Files.copy(folder.resolve("%05d.bmp".formatted(i)), folder.resolve("copy" + i + ".bmp"));
      Files.writeString(folder.resolve("note" + i + ".jpg"), "no image");
    }
    assertThatThrownBy(this::read)
        .has(code(ErrorCode.BAD_DATASET))
        .hasMessageContaining("999")
        .hasMessageContaining(": 1 ");

    SyntheticImages.write(folder.resolve("one-more"), 1, 2);
    CalibrationSet set = read();
    assertThat(set.ranges()).hasSize(500);
    assertThat(set.judgement()).hasSize(500);
    assertThat(set.labelled()).isFalse();
  }

  @Test
  void tooFewImagesAreRejectedWithTheirNumber() {
    assertThatThrownBy(this::read)
        .has(code(ErrorCode.BAD_DATASET))
        .hasMessageContaining("1000 are missing");
    SyntheticImages.write(folder.resolve("cat"), 10, 1);
    assertThatThrownBy(this::read)
        .has(code(ErrorCode.BAD_DATASET))
        .hasMessageContaining("990 are missing");
    assertThatThrownBy(() -> CalibrationSet.ofFolder(folder.resolve("none"), LABELS, DECODER))
        .has(code(ErrorCode.BAD_DATASET));
  }

  @Test
  void oneClassIsNotEnough() {
    SyntheticImages.write(folder.resolve("cat"), 1000, 1);
    assertThatThrownBy(this::read).has(code(ErrorCode.BAD_DATASET));
    SyntheticImages.write(folder.resolve("dog"), 20, 2);
    assertThatThrownBy(this::read).has(code(ErrorCode.BAD_DATASET));
    SyntheticImages.write(folder.resolve("bird"), 50, 3);
    assertThat(read().labelled()).isTrue();
  }
}
