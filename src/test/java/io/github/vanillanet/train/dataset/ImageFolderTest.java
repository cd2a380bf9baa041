package io.github.vanillanet.train.dataset;

import static io.github.vanillanet.Failures.code;
import static io.github.vanillanet.train.dataset.PhotoFolder.finding;
import static io.github.vanillanet.train.dataset.PhotoFolder.kinds;
import static io.github.vanillanet.train.dataset.PhotoFolder.names;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {

  private static final ValidationRule SPLIT =
      new ValidationRule(ValidationRule.Source.SPLIT_OF_TRAINING, 0.2, 1, 7);

  @TempDir Path root;

  private PhotoFolder photos;

  @BeforeEach
  void open() {
    photos = new PhotoFolder(root);
  }

  @Test
  void splitsEachClassByTheFraction() {
    photos.fill("cat", 50, 0);
    photos.fill("dog", 10, 100);
    photos.fill("eel", 2, 200);

    ImageFolder folder = photos.scan();

    for (int label = 0; label < 3; label++) {
      int wanted = label;
      assertThat(folder.validation().stream().filter(sample -> sample.label() == wanted))
          .hasSize(new int[] {10, 2, 1}[label]);
    }
    assertThat(folder.training()).hasSize(49).doesNotContainAnyElementsOf(folder.validation());
  }

  @Test
  void aSplitDependsOnlyOnTheSeed() {
    photos.fill("cat", 50, 0);
    photos.fill("dog", 50, 100);
    ValidationRule otherSeed =
        new ValidationRule(ValidationRule.Source.FOLDER_IF_PRESENT, 0.2, 1, 8);

    ImageFolder folder = photos.scan();

    assertThat(photos.scan()).isEqualTo(folder);
    assertThat(photos.scan(otherSeed).validation()).isNotEqualTo(folder.validation());
  }

  @Test
  void rejectsAMissingFolder() {
    assertThatThrownBy(() -> new PhotoFolder(root.resolve("gone")).scan())
        .has(code(ErrorCode.BAD_DATASET))
        .hasMessageContaining("gone");
  }

  @Test
  void sortsClassesAndFilesByName() {
    for (String name : List.of("train/zebra/b.png", "train/ant/10.png", "train/ant/02.png")) {
      photos.photo(name, name.hashCode());
    }
    photos.photo("val/ant/1.png", 1);
    photos.photo("val/zebra/1.png", 2);

    ImageFolder folder = photos.scan();

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
    photos.fill("train/a", 10, 0);
    photos.fill("train/b", 10, 10);
    photos.fill("test/a", 2, 20);
    photos.fill("test/b", 2, 30);

    for (ValidationRule rule : List.of(PhotoFolder.FOLDERS, SPLIT)) {
      ImageFolder folder = photos.scan(rule);

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
    photos.fill("train/a", 10, 0);
    photos.fill("train/b", 10, 10);
    photos.fill("val/a", 5, 20);
    photos.fill("val/b", 5, 30);

    ImageFolder folder = photos.scan(SPLIT);

    assertThat(folder.validation()).hasSize(4);
    assertThat(kinds(folder)).containsExactly(Finding.Kind.FEW_IMAGES, Finding.Kind.IGNORED_FOLDER);
  }

  @Test
  void rejectsASetWithOneTrainedClass() {
    photos.fill("train/cat", 12, 0);
    photos.fill("val/cat", 3, 20);

    ImageFolder folder = photos.scan();

    assertThat(kinds(folder)).containsExactly(Finding.Kind.TOO_FEW_CLASSES);
    assertThatThrownBy(folder::requireTrainable)
        .has(code(ErrorCode.BAD_DATASET))
        .hasMessageContaining("cat");
  }

  @Test
  void rejectsAnEmptyFolder() {
    ImageFolder folder = photos.scan();

    assertThat(kinds(folder)).containsExactly(Finding.Kind.NO_TRAINING_IMAGES);
    assertThatThrownBy(folder::requireTrainable).has(code(ErrorCode.BAD_DATASET));
  }

  @Test
  void rejectsClassesThatCannotBeValidated() {
    photos.photo("a/1.png", 1);
    photos.photo("b/1.png", 2);

    assertThat(kinds(photos.scan()))
        .startsWith(Finding.Kind.NO_VALIDATION_IMAGES, Finding.Kind.CLASS_NOT_VALIDATED);
  }

  @Test
  void anEmptyFolderIsNotAClass() throws IOException {
    photos.fill("train/a", 12, 0);
    photos.fill("train/b", 40, 20);
    photos.fill("val/a", 2, 70);
    Files.createDirectories(root.resolve("train/empty"));

    ImageFolder folder = photos.scan();

    assertThat(folder.classNames()).containsExactly("a", "b");
    assertThat(kinds(folder))
        .containsExactly(
            Finding.Kind.CLASS_NOT_VALIDATED, Finding.Kind.EMPTY_CLASS, Finding.Kind.IMBALANCE);
    assertThatCode(folder::requireTrainable).doesNotThrowAnyException();
  }

  @Test
  void rejectsAClassThatOnlyValidationHas() {
    photos.fill("train/cat", 12, 0);
    photos.fill("train/dog", 12, 20);
    photos.fill("val/Cat", 2, 40);
    photos.fill("val/dog", 2, 50);

    ImageFolder folder = photos.scan();

    assertThat(finding(folder, Finding.Kind.CLASS_NOT_TRAINED).examples())
        .singleElement()
        .asString()
        .startsWith("Cat ");
    assertThat(folder.objections()).hasSize(1);
  }
}
