package io.github.vanillanet.train.dataset;

import static io.github.vanillanet.Failures.code;
import static io.github.vanillanet.train.dataset.PhotoFolder.all;
import static io.github.vanillanet.train.dataset.PhotoFolder.finding;
import static io.github.vanillanet.train.dataset.PhotoFolder.kinds;
import static io.github.vanillanet.train.dataset.PhotoFolder.names;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.github.vanillanet.base.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DroppedFilesTest {

  private static final byte[] HEIC = "\0\0\0\30ftypheic\0\0\0\0mif1heic".getBytes();

  @TempDir Path root;

  private PhotoFolder photos;

  @BeforeEach
  void open() {
    photos = new PhotoFolder(root);
  }

  @Test
  void copiesAreDroppedBeforeTheSplit() {
    for (int i = 0; i < 30; i++) {
      photos.photo("cat/%02d.png".formatted(i), i / 3);
      photos.photo("dog/%02d.png".formatted(i), 100 + i / 3);
    }

    ImageFolder folder = photos.scan();

    assertThat(all(folder)).hasSize(20);
    assertThat(finding(folder, Finding.Kind.DUPLICATE).count()).isEqualTo(40);
    assertThat(folder.dropped())
        .contains(
            new Dropped("cat/01.png", Finding.Kind.DUPLICATE, "the same content as cat/00.png"));
  }

  @Test
  void aCopyInAnotherSplitIsKeptWhereAccuracyIsMeasured() {
    photos.fill("train/a", 12, 0);
    photos.fill("train/b", 12, 20);
    photos.fill("val/a", 3, 40);
    photos.fill("val/b", 3, 50);
    photos.fill("test/a", 3, 60);
    photos.photo("val/a/leak.png", 1);
    photos.photo("test/a/leak.png", 2);
    photos.photo("test/a/leak2.png", 40);

    ImageFolder folder = photos.scan();

    assertThat(folder.dropped())
        .extracting(Dropped::file)
        .containsExactlyInAnyOrder("train/a/0001.png", "train/a/0002.png", "val/a/0000.png");
    assertThat(kinds(folder)).containsExactly(Finding.Kind.LEAKAGE);
  }

  @Test
  void imagesWithTwoLabelsAreNotUsed() {
    photos.fill("a", 20, 0);
    photos.fill("b", 20, 20);
    photos.photo("b/same.png", 3);

    ImageFolder folder = photos.scan();

    assertThat(folder.dropped())
        .extracting(Dropped::file)
        .containsExactlyInAnyOrder("a/0003.png", "b/same.png");
    assertThat(kinds(folder)).containsExactly(Finding.Kind.CONFLICTING_LABELS);
  }

  @Test
  void namesEveryFileThatCannotBeUsed() {
    photos.fill("train/a", 12, 0);
    photos.fill("train/b", 12, 20);
    photos.fill("val/a", 2, 40);
    photos.fill("val/b", 2, 50);
    byte[] whole = Pictures.png(Pictures.noisy(32, 32, 98));
    photos.file("train/a/cut.png", Arrays.copyOf(whole, 60));
    photos.file("train/a/notes.txt", "hello".getBytes());
    photos.photo("train/a/deeper/x.png", 98);
    photos.file("train/README.md", "hello".getBytes());
    photos.file("val/a/empty.png", new byte[0]);
    photos.file("val/b/photo.HEIC", HEIC);
    photos.file("test/a/.DS_Store", "x".getBytes());
    photos.file("__MACOSX/train/a/._1.png", "x".getBytes());

    ImageFolder folder = photos.scan();

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
    photos.fill("cat", 12, 0);
    photos.fill("dog", 12, 20);
    photos.fill("emu", 2, 40);
    for (int i = 0; i < 3; i++) {
      photos.file("fox/%d.HEIC".formatted(i), HEIC);
      photos.file("emu/%d.HEIC".formatted(i), HEIC);
    }

    ImageFolder folder = photos.scan();

    assertThat(finding(folder, Finding.Kind.UNUSABLE_CLASS).examples())
        .hasSize(2)
        .satisfiesExactly(
            emu -> assertThat(emu).startsWith("emu: only 2 of its 5 "),
            fox -> assertThat(fox).startsWith("fox: none of its 3 "));
    assertThatThrownBy(folder::requireTrainable).has(code(ErrorCode.BAD_DATASET));
  }

  @Test
  void rejectsAClassWhoseValidationFilesCannotBeRead() {
    for (String name : List.of("a", "b", "c")) {
      photos.fill("train/" + name, 12, 100 * name.charAt(0));
      photos.fill("val/" + name, 4, 100 * name.charAt(0) + 50);
    }
    for (int i = 0; i < 5; i++) {
      photos.file("val/a/damaged%d.jpg".formatted(i), new byte[] {-1, -40, -1});
    }
    photos.file("val/b/damaged.jpg", new byte[] {-1, -40, -1});

    ImageFolder folder = photos.scan();

    assertThat(folder.objections()).hasSize(1);
    assertThat(finding(folder, Finding.Kind.UNUSABLE_CLASS).examples())
        .singleElement()
        .asString()
        .startsWith("a: only 4 of its 9 validation files ");
  }

  @Test
  void aFindingShowsItsFirstExamplesAndKeepsAll() {
    photos.fill("b", 12, 0);
    photos.fill("c", 12, 20);
    for (int i = 0; i < 100; i++) {
      photos.file("a/%d.txt".formatted(i), "text".getBytes());
    }

    Finding finding = finding(photos.scan(), Finding.Kind.NOT_AN_IMAGE);

    assertThat(finding.count()).isEqualTo(100);
    assertThat(finding.toString()).startsWith("not an image (100): ").endsWith(", ...");
    assertThat(finding.inFull()).contains("a/0.txt", "a/99.txt");
  }

  @Test
  void followsLinksOnlyInsideTheRoot(@TempDir Path elsewhere) throws IOException {
    photos.fill("train/a", 12, 0);
    photos.fill("train/b", 12, 20);
    Path secret = Pictures.write(elsewhere.resolve("class/secret.png"), 99);
    Path inside = photos.photo("store/kept.png", 98);
    Files.createSymbolicLink(root.resolve("train/a/inside.png"), inside);
    Files.createSymbolicLink(root.resolve("train/a/outside.png"), secret);
    Files.createSymbolicLink(root.resolve("train/a/broken.png"), root.resolve("nothing"));
    Files.createSymbolicLink(root.resolve("train/c"), secret.getParent());
    Files.createSymbolicLink(root.resolve("val"), elsewhere);

    ImageFolder folder = photos.scan();

    assertThat(folder.classNames()).containsExactly("a", "b");
    assertThat(names(folder, all(folder)))
        .contains("train/a/inside.png")
        .noneMatch(name -> name.contains("outside") || name.contains("secret"));
    assertThat(kinds(folder))
        .containsExactly(
            Finding.Kind.UNREADABLE_FILE, Finding.Kind.OUTSIDE_ROOT, Finding.Kind.IGNORED_FOLDER);
  }
}
