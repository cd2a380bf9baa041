package io.github.vanillanet.train.dataset;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.image.ImageDecoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DroppedFilesTest {

  private static final byte[] HEIC = "\0\0\0\30ftypheic\0\0\0\0mif1heic".getBytes();

  @TempDir Path root;

  @Test
  void copiesAreDroppedBeforeTheSplit() {
    for (int i = 0; i < 30; i++) {
      Pictures.write(root.resolve("cat/%02d.png".formatted(i)), i / 3);
      Pictures.write(root.resolve("dog/%02d.png".formatted(i)), 100 + i / 3);
    }

    ImageFolder folder = scan();

    assertThat(all(folder)).hasSize(20);
    assertThat(finding(folder, Finding.Kind.DUPLICATE).count()).isEqualTo(40);
    assertThat(folder.dropped())
        .contains(
            new Dropped("cat/01.png", Finding.Kind.DUPLICATE, "the same content as cat/00.png"));
  }

  @Test
  void aCopyInAnotherSplitIsKeptWhereAccuracyIsMeasured() {
    fill("train/a", 12, 0);
    fill("train/b", 12, 20);
    fill("val/a", 3, 40);
    fill("val/b", 3, 50);
    fill("test/a", 3, 60);
    Pictures.write(root.resolve("val/a/leak.png"), 1);
    Pictures.write(root.resolve("test/a/leak.png"), 2);
    Pictures.write(root.resolve("test/a/leak2.png"), 40);

    ImageFolder folder = scan();

    assertThat(folder.dropped())
        .extracting(Dropped::file)
        .containsExactlyInAnyOrder("train/a/0001.png", "train/a/0002.png", "val/a/0000.png");
    assertThat(kinds(folder)).containsExactly(Finding.Kind.LEAKAGE);
  }

  @Test
  void imagesWithTwoLabelsAreNotUsed() {
    fill("a", 20, 0);
    fill("b", 20, 20);
    Pictures.write(root.resolve("b/same.png"), 3);

    ImageFolder folder = scan();

    assertThat(folder.dropped())
        .extracting(Dropped::file)
        .containsExactlyInAnyOrder("a/0003.png", "b/same.png");
    assertThat(kinds(folder)).containsExactly(Finding.Kind.CONFLICTING_LABELS);
  }

  @Test
  void namesEveryFileThatCannotBeUsed() {
    fill("train/a", 12, 0);
    fill("train/b", 12, 20);
    fill("val/a", 2, 40);
    fill("val/b", 2, 50);
    byte[] whole = Pictures.png(Pictures.noisy(32, 32, 98));
    Pictures.write(root.resolve("train/a/cut.png"), Arrays.copyOf(whole, 60));
    Pictures.write(root.resolve("train/a/notes.txt"), "hello".getBytes());
    Pictures.write(root.resolve("train/a/deeper/x.png"), 98);
    Pictures.write(root.resolve("train/README.md"), "hello".getBytes());
    Pictures.write(root.resolve("val/a/empty.png"), new byte[0]);
    Pictures.write(root.resolve("val/b/photo.HEIC"), HEIC);
    Pictures.write(root.resolve("test/a/.DS_Store"), "x".getBytes());
    Pictures.write(root.resolve("__MACOSX/train/a/._1.png"), "x".getBytes());

    ImageFolder folder = scan();

    assertThat(folder.dropped())
        .extracting(Dropped::file, Dropped::kind)
        .containsExactlyInAnyOrder(
            tuple("train/a/cut.png", Finding.Kind.UNREADABLE_FILE),
            tuple("train/a/notes.txt", Finding.Kind.NOT_AN_IMAGE),
            tuple("train/README.md", Finding.Kind.STRAY_FILE),
            tuple("val/a/empty.png", Finding.Kind.UNREADABLE_FILE),
            tuple("val/b/photo.HEIC", Finding.Kind.NOT_AN_IMAGE),
            tuple("test/a/.DS_Store", Finding.Kind.HIDDEN_FILE),
            tuple("__MACOSX/train/a/._1.png", Finding.Kind.HIDDEN_FILE));
    assertThat(finding(folder, Finding.Kind.NOT_AN_IMAGE).inFull())
        .contains("train/a/notes.txt", "val/b/photo.HEIC", "HEIC image");
    assertThat(finding(folder, Finding.Kind.NESTED_FOLDER).examples())
        .containsExactly("train/a/deeper (1 files)");
    assertThatCode(folder::requireTrainable).doesNotThrowAnyException();
  }

  @Test
  void rejectsAClassWhoseFilesCannotBeRead() {
    fill("cat", 12, 0);
    fill("dog", 12, 20);
    fill("emu", 2, 40);
    for (int i = 0; i < 3; i++) {
      Pictures.write(root.resolve("fox/%d.HEIC".formatted(i)), HEIC);
      Pictures.write(root.resolve("emu/%d.HEIC".formatted(i)), HEIC);
    }

    ImageFolder folder = scan();

    assertThat(finding(folder, Finding.Kind.UNUSABLE_CLASS).examples())
        .hasSize(2)
        .satisfiesExactly(
            emu -> assertThat(emu).startsWith("emu: only 2 of its 5 "),
            fox -> assertThat(fox).startsWith("fox: none of its 3 "));
    assertThatThrownBy(folder::requireTrainable).has(code(ErrorCode.BAD_DATASET));
  }

  @Test
  void aFindingShowsItsFirstExamplesAndKeepsAll() {
    fill("b", 12, 0);
    fill("c", 12, 20);
    for (int i = 0; i < 100; i++) {
      Pictures.write(root.resolve("a/%d.txt".formatted(i)), "text".getBytes());
    }

    Finding finding = finding(scan(), Finding.Kind.NOT_AN_IMAGE);

    assertThat(finding.count()).isEqualTo(100);
    assertThat(finding.toString()).startsWith("not an image (100): ").endsWith(", ...");
    assertThat(finding.inFull()).contains("a/0.txt", "a/99.txt");
  }

  @Test
  void followsLinksOnlyInsideTheRoot(@TempDir Path elsewhere) throws IOException {
    fill("train/a", 12, 0);
    fill("train/b", 12, 20);
    Path secret = Pictures.write(elsewhere.resolve("class/secret.png"), 99);
    Path inside = Pictures.write(root.resolve("store/kept.png"), 98);
    Files.createSymbolicLink(root.resolve("train/a/inside.png"), inside);
    Files.createSymbolicLink(root.resolve("train/a/outside.png"), secret);
    Files.createSymbolicLink(root.resolve("train/a/broken.png"), root.resolve("nothing"));
    Files.createSymbolicLink(root.resolve("train/c"), secret.getParent());
    Files.createSymbolicLink(root.resolve("val"), elsewhere);

    ImageFolder folder = scan();

    assertThat(folder.classNames()).containsExactly("a", "b");
    assertThat(names(folder, all(folder)))
        .contains("train/a/inside.png")
        .noneMatch(name -> name.contains("outside") || name.contains("secret"));
    assertThat(kinds(folder))
        .containsExactly(
            Finding.Kind.UNREADABLE_FILE, Finding.Kind.OUTSIDE_ROOT, Finding.Kind.IGNORED_FOLDER);
  }

  private ImageFolder scan() {
    ValidationRule rule = new ValidationRule(ValidationRule.Source.FOLDER_IF_PRESENT, 0.2, 1, 7);
    return ImageFolder.scan(root, rule, new ImageDecoder(1_000_000), 2);
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
