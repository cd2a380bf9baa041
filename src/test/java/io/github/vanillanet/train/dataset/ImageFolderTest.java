package io.github.vanillanet.train.dataset;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.image.ImageDecoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {

  private static final ValidationRule FOLDERS =
      new ValidationRule(ValidationRule.Source.FOLDER_IF_PRESENT, 0.2, 1, 7);
  private static final ValidationRule SPLIT =
      new ValidationRule(ValidationRule.Source.SPLIT_OF_TRAINING, 0.2, 1, 7);

  @TempDir Path root;

  @Test
  void splitsEachClassByTheFraction() {
    fill("cat", 50, 0);
    fill("dog", 10, 100);
    fill("eel", 2, 200);

    ImageFolder folder = scan(FOLDERS);

    for (int label = 0; label < 3; label++) {
      int wanted = label;
      assertThat(folder.validation().stream().filter(sample -> sample.label() == wanted))
          .hasSize(new int[] {10, 2, 1}[label]);
    }
    assertThat(folder.training()).hasSize(49).doesNotContainAnyElementsOf(folder.validation());
  }

  @Test
  void aSplitDependsOnlyOnTheSeed() {
    fill("cat", 50, 0);
    fill("dog", 50, 100);
    ValidationRule otherSeed =
        new ValidationRule(ValidationRule.Source.FOLDER_IF_PRESENT, 0.2, 1, 8);

    ImageFolder folder = scan(FOLDERS);

    assertThat(scan(FOLDERS)).isEqualTo(folder);
    assertThat(scan(otherSeed).validation()).isNotEqualTo(folder.validation());
  }

  @Test
  void rejectsAMissingFolder() {
    assertThatThrownBy(() -> scan(root.resolve("gone"), FOLDERS))
        .has(code(ErrorCode.BAD_DATASET))
        .hasMessageContaining("gone");
  }

  @Test
  void sortsClassesAndFilesByName() {
    for (String name : List.of("train/zebra/b.png", "train/ant/10.png", "train/ant/02.png")) {
      Pictures.write(root.resolve(name), name.hashCode());
    }
    Pictures.write(root.resolve("val/ant/1.png"), 1);
    Pictures.write(root.resolve("val/zebra/1.png"), 2);

    ImageFolder folder = scan(FOLDERS);

    assertThat(folder.classNames()).containsExactly("ant", "zebra");
    assertThat(names(folder, folder.training()))
        .containsExactly("train/ant/02.png", "train/ant/10.png", "train/zebra/b.png");
    assertThat(folder.training()).extracting(Sample::label).containsExactly(0, 0, 1);
    assertThat(names(folder, folder.validation()))
        .containsExactly("val/ant/1.png", "val/zebra/1.png");
    assertThat(folder.test()).isEmpty();
    assertThat(kinds(folder)).containsExactly(Finding.Kind.FEW_IMAGES);
    assertThat(folder.sizes().width()).isEqualTo(new ImageSizes.Range(32, 32, 32));
  }

  @Test
  void testImagesAreNeverUsedForValidation() {
    fill("train/a", 10, 0);
    fill("train/b", 10, 10);
    fill("test/a", 2, 20);
    fill("test/b", 2, 30);

    for (ValidationRule rule : List.of(FOLDERS, SPLIT)) {
      ImageFolder folder = scan(rule);

      assertThat(folder.training()).hasSize(16);
      assertThat(names(folder, folder.validation()))
          .hasSize(4)
          .allMatch(name -> name.startsWith("train/"));
      assertThat(names(folder, folder.test()))
          .hasSize(4)
          .allMatch(name -> name.startsWith("test/"));
    }
  }

  @Test
  void aShareReplacesTheValidationFolder() {
    fill("train/a", 10, 0);
    fill("train/b", 10, 10);
    fill("val/a", 5, 20);
    fill("val/b", 5, 30);

    ImageFolder folder = scan(SPLIT);

    assertThat(folder.validation()).hasSize(4);
    assertThat(kinds(folder)).containsExactly(Finding.Kind.FEW_IMAGES, Finding.Kind.IGNORED_FOLDER);
  }

  @Test
  void rejectsASetWithOneTrainedClass() {
    fill("train/cat", 12, 0);
    fill("val/cat", 3, 20);

    ImageFolder folder = scan(FOLDERS);

    assertThat(kinds(folder)).containsExactly(Finding.Kind.TOO_FEW_CLASSES);
    assertThatThrownBy(folder::requireTrainable)
        .has(code(ErrorCode.BAD_DATASET))
        .hasMessageContaining("cat");
  }

  @Test
  void rejectsAnEmptyFolder() {
    ImageFolder folder = scan(FOLDERS);

    assertThat(kinds(folder)).containsExactly(Finding.Kind.NO_TRAINING_IMAGES);
    assertThatThrownBy(folder::requireTrainable).has(code(ErrorCode.BAD_DATASET));
  }

  @Test
  void rejectsClassesThatCannotBeValidated() {
    Pictures.write(root.resolve("a/1.png"), 1);
    Pictures.write(root.resolve("b/1.png"), 2);

    assertThat(kinds(scan(FOLDERS)))
        .startsWith(Finding.Kind.NO_VALIDATION_IMAGES, Finding.Kind.CLASS_NOT_VALIDATED);
  }

  @Test
  void anEmptyFolderIsNotAClass() throws IOException {
    fill("train/a", 12, 0);
    fill("train/b", 40, 20);
    fill("val/a", 2, 70);
    Files.createDirectories(root.resolve("train/empty"));

    ImageFolder folder = scan(FOLDERS);

    assertThat(folder.classNames()).containsExactly("a", "b");
    assertThat(kinds(folder))
        .containsExactly(
            Finding.Kind.CLASS_NOT_VALIDATED, Finding.Kind.EMPTY_CLASS, Finding.Kind.IMBALANCE);
    assertThatCode(folder::requireTrainable).doesNotThrowAnyException();
  }

  @Test
  void rejectsAClassThatOnlyValidationHas() {
    fill("train/cat", 12, 0);
    fill("train/dog", 12, 20);
    fill("val/Cat", 2, 40);
    fill("val/dog", 2, 50);

    ImageFolder folder = scan(FOLDERS);

    assertThat(finding(folder, Finding.Kind.CLASS_NOT_TRAINED).examples())
        .singleElement()
        .asString()
        .startsWith("Cat ");
    assertThat(folder.objections()).hasSize(1);
  }

  private ImageFolder scan(ValidationRule rule) {
    return scan(root, rule);
  }

  private static ImageFolder scan(Path folder, ValidationRule rule) {
    return ImageFolder.scan(folder, rule, new ImageDecoder(1_000_000), 2);
  }

  private static Finding finding(ImageFolder folder, Finding.Kind kind) {
    return folder.findings().stream()
        .filter(found -> found.kind() == kind)
        .findFirst()
        .orElseThrow();
  }

  private void fill(String folder, int count, long firstSeed) {
    for (int i = 0; i < count; i++) {
      Pictures.write(root.resolve("%s/%04d.png".formatted(folder, i)), firstSeed + i);
    }
  }

  private static List<Sample> all(ImageFolder folder) {
    return Stream.of(folder.training(), folder.validation(), folder.test())
        .flatMap(Collection::stream)
        .toList();
  }

  private static List<String> names(ImageFolder folder, List<Sample> samples) {
    return samples.stream()
        .map(sample -> folder.root().relativize(sample.file()).toString())
        .toList();
  }

  private static List<Finding.Kind> kinds(ImageFolder folder) {
    return folder.findings().stream().map(Finding::kind).toList();
  }
}
