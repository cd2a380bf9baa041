package io.github.vanillanet.train.dataset;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
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
      new ValidationRule(ValidationRule.Source.FOLDER_IF_PRESENT, 0.2, 7);
  private static final ValidationRule SPLIT =
      new ValidationRule(ValidationRule.Source.SPLIT_OF_TRAINING, 0.2, 7);

  @TempDir Path root;

  @Test
  void sortsClassesAndFilesByName() {
    for (String name : List.of("train/zebra/b.png", "train/ant/10.png", "train/ant/02.png")) {
      Pictures.write(root.resolve(name), name.hashCode());
    }
    Pictures.write(root.resolve("val/ant/1.png"), 1);
    Pictures.write(root.resolve("val/zebra/1.png"), 2);

    ImageFolder folder = ImageFolder.scan(root, FOLDERS);

    assertThat(folder.classNames()).containsExactly("ant", "zebra");
    assertThat(names(folder, folder.training()))
        .containsExactly("train/ant/02.png", "train/ant/10.png", "train/zebra/b.png");
    assertThat(folder.training()).extracting(Sample::label).containsExactly(0, 0, 1);
    assertThat(names(folder, folder.validation()))
        .containsExactly("val/ant/1.png", "val/zebra/1.png");
    assertThat(folder.test()).isEmpty();
    assertThat(folder.findings()).isEmpty();
  }

  @Test
  void usesTestForValidationIfThereIsNoVal() {
    fill("train/a", 4, 0);
    fill("train/b", 4, 10);
    fill("test/a", 2, 20);
    fill("test/b", 2, 30);

    ImageFolder folder = ImageFolder.scan(root, FOLDERS);

    assertThat(folder.training()).hasSize(8);
    assertThat(names(folder, folder.validation())).allMatch(name -> name.startsWith("test/"));
    assertThat(folder.test()).isEmpty();
  }

  @Test
  void keepsTestSeparateIfValidationIsSplitFromTraining() {
    fill("train/a", 10, 0);
    fill("train/b", 10, 10);
    fill("test/a", 2, 20);
    fill("test/b", 2, 30);

    ImageFolder folder = ImageFolder.scan(root, SPLIT);

    assertThat(folder.training()).hasSize(16);
    assertThat(folder.validation()).hasSize(4);
    assertThat(names(folder, folder.test())).allMatch(name -> name.startsWith("test/"));
  }

  @Test
  void splitsEachClassByTheFraction() {
    fill("cat", 50, 0);
    fill("dog", 10, 100);
    fill("eel", 2, 200);

    ImageFolder folder = ImageFolder.scan(root, FOLDERS);

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
    ValidationRule otherSeed = new ValidationRule(ValidationRule.Source.FOLDER_IF_PRESENT, 0.2, 8);

    ImageFolder folder = ImageFolder.scan(root, FOLDERS);

    assertThat(ImageFolder.scan(root, FOLDERS)).isEqualTo(folder);
    assertThat(ImageFolder.scan(root, otherSeed).validation()).isNotEqualTo(folder.validation());
  }

  @Test
  void copiesOfOneImageStayInOneSplit() {
    for (int i = 0; i < 30; i++) {
      Pictures.write(root.resolve("cat/%d.png".formatted(i)), i / 3);
      Pictures.write(root.resolve("dog/%d.png".formatted(i)), 100 + i / 3);
    }

    ImageFolder folder = ImageFolder.scan(root, FOLDERS);

    assertThat(folder.findings()).isEmpty();
    assertThat(folder.validation()).hasSizeGreaterThanOrEqualTo(12);
  }

  @Test
  void rejectsASetWithOneTrainedClass() {
    fill("train/cat", 3, 0);
    fill("val/cat", 3, 10);

    ImageFolder folder = ImageFolder.scan(root, FOLDERS);

    assertThat(kinds(folder)).containsExactly(Finding.Kind.TOO_FEW_CLASSES);
    assertThatThrownBy(folder::requireTrainable)
        .has(code(ErrorCode.BAD_DATASET))
        .hasMessageContaining("cat");
  }

  @Test
  void rejectsAnEmptyFolder() {
    ImageFolder folder = ImageFolder.scan(root, FOLDERS);

    assertThat(kinds(folder))
        .containsExactly(Finding.Kind.NO_TRAINING_IMAGES, Finding.Kind.NO_VALIDATION_IMAGES);
    assertThatThrownBy(folder::requireTrainable).has(code(ErrorCode.BAD_DATASET));
  }

  @Test
  void rejectsAMissingFolder() {
    assertThatThrownBy(() -> ImageFolder.scan(root.resolve("gone"), FOLDERS))
        .has(code(ErrorCode.BAD_DATASET))
        .hasMessageContaining("gone");
  }

  @Test
  void reportsEmptyClassesAndClassesInOneSplit() throws IOException {
    fill("train/a", 2, 0);
    fill("train/b", 2, 10);
    fill("train/only-trained", 2, 20);
    fill("val/a", 2, 30);
    fill("val/b", 2, 40);
    fill("val/only-validated", 2, 50);
    Files.createDirectories(root.resolve("train/empty"));

    ImageFolder folder = ImageFolder.scan(root, FOLDERS);

    assertThat(folder.classNames())
        .containsExactly("a", "b", "empty", "only-trained", "only-validated");
    assertThat(folder.findings())
        .containsExactly(
            new Finding(Finding.Kind.EMPTY_CLASS, 1, List.of("empty")),
            new Finding(
                Finding.Kind.CLASS_IN_ONE_SPLIT, 2, List.of("only-trained", "only-validated")));
    assertThatCode(folder::requireTrainable).doesNotThrowAnyException();
  }

  @Test
  void reportsCopiesAcrossSplits() {
    fill("train/a", 3, 0);
    fill("train/b", 3, 10);
    fill("val/a", 3, 20);
    fill("val/b", 3, 30);
    Pictures.write(root.resolve("val/b/leak.png"), 1);

    ImageFolder folder = ImageFolder.scan(root, FOLDERS);

    assertThat(folder.findings())
        .containsExactly(
            new Finding(
                Finding.Kind.DUPLICATE_ACROSS_SPLITS,
                1,
                List.of("train/a/0001.png = val/b/leak.png")));
  }

  @Test
  void filesThatDifferOnlyAtTheEndAreNotCopies() {
    fill("train/a", 3, 0);
    fill("train/b", 3, 10);
    byte[] large = Pictures.png(Pictures.noisy(100, 100, 1));
    Pictures.write(root.resolve("train/a/large.png"), large.clone());
    large[large.length - 1]++;
    Pictures.write(root.resolve("val/a/large.png"), large);
    fill("val/b", 1, 20);

    assertThat(ImageFolder.scan(root, FOLDERS).findings()).isEmpty();
  }

  @Test
  void skipsAndReportsFilesThatAreNotImages() throws IOException {
    fill("train/a", 2, 0);
    fill("train/b", 2, 10);
    fill("val/a", 2, 20);
    fill("val/b", 2, 30);
    Pictures.write(root.resolve("train/a/notes.txt"), "hello".getBytes());
    Pictures.write(root.resolve("train/a/empty.png"), new byte[0]);
    Pictures.write(root.resolve("train/a/.hidden.png"), 99);
    Pictures.write(root.resolve("train/a/deeper/x.png"), 98);
    Pictures.write(root.resolve("train/README.md"), "hello".getBytes());

    ImageFolder folder = ImageFolder.scan(root, FOLDERS);

    assertThat(folder.training()).hasSize(4);
    assertThat(folder.findings())
        .containsExactly(
            new Finding(Finding.Kind.UNREADABLE_FILE, 1, List.of("train/a/empty.png")),
            new Finding(Finding.Kind.NOT_AN_IMAGE, 1, List.of("train/a/notes.txt")),
            new Finding(Finding.Kind.NESTED_FOLDER, 1, List.of("train/a/deeper")));
  }

  @Test
  void followsLinksOnlyInsideTheRoot(@TempDir Path elsewhere) throws IOException {
    fill("train/a", 2, 0);
    fill("train/b", 2, 10);
    Path secret = Pictures.write(elsewhere.resolve("class/secret.png"), 99);
    Path inside = Pictures.write(root.resolve("store/kept.png"), 98);
    Files.createSymbolicLink(root.resolve("train/a/inside.png"), inside);
    Files.createSymbolicLink(root.resolve("train/a/outside.png"), secret);
    Files.createSymbolicLink(root.resolve("train/a/broken.png"), root.resolve("nothing"));
    Files.createSymbolicLink(root.resolve("train/c"), secret.getParent());
    Files.createSymbolicLink(root.resolve("val"), elsewhere);

    ImageFolder folder = ImageFolder.scan(root, FOLDERS);

    assertThat(folder.classNames()).containsExactly("a", "b");
    assertThat(names(folder, all(folder)))
        .contains("train/a/inside.png")
        .noneMatch(name -> name.contains("outside") || name.contains("secret"));
    assertThat(kinds(folder))
        .containsExactly(Finding.Kind.UNREADABLE_FILE, Finding.Kind.OUTSIDE_ROOT);
  }

  @Test
  void boundsTheExamplesOfAFinding() {
    for (int i = 0; i < 100; i++) {
      Pictures.write(root.resolve("train/a/%d.txt".formatted(i)), "text".getBytes());
    }

    Finding finding =
        ImageFolder.scan(root, FOLDERS).findings().stream()
            .filter(found -> found.kind() == Finding.Kind.NOT_AN_IMAGE)
            .findFirst()
            .orElseThrow();

    assertThat(finding.count()).isEqualTo(100);
    assertThat(finding.examples()).hasSize(20);
    assertThat(finding.toString()).startsWith("not an image (100): ").endsWith(", ...");
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
