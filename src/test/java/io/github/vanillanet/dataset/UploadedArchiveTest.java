package io.github.vanillanet.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.error.ServiceException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UploadedArchiveTest {

  private static final int CENTRAL_HEADER = 0x02014b50;

  private final byte[] picture = Pictures.png(Pictures.noisy(16, 16, 1));
  private final UploadedArchive archive =
      new UploadedArchive(new ArchiveLimits(1 << 20, 50, 8 << 20, 100));

  @TempDir Path folder;

  @Test
  void unpacksPicturesAndCountsTheRest() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("train/", new byte[0]);
    entries.put("train/empty/", new byte[0]);
    entries.put("train/cat/1.png", picture);
    entries.put("train/dog/a b c.jpg", picture); // by its content, not by its name
    entries.put("train/dog/run.sh", "#!/bin/sh\nrm -rf /".getBytes());
    entries.put("train/dog/fake.png", "not a picture".getBytes());
    entries.put("__MACOSX/train/cat/._1.png", picture);
    entries.put("train/.DS_Store", picture);

    UnpackedArchive unpacked = archive.unpack(zip(entries), folder.resolve("set"));

    assertThat(unpacked)
        .isEqualTo(new UnpackedArchive(folder.resolve("set"), 2, 4, 2L * picture.length));
    assertThat(tree(folder.resolve("set")))
        .containsExactly(
            "train",
            "train/cat",
            "train/cat/1.png",
            "train/dog",
            "train/dog/a b c.jpg",
            "train/empty");
    assertThat(folder.resolve("set/train/cat/1.png")).hasBinaryContent(picture);
    assertThat(Files.isExecutable(folder.resolve("set/train/cat/1.png"))).isFalse();
    assertThat(children()).containsExactlyInAnyOrder("set", "upload.zip");
  }

  @Test
  void leavesASingleWrappingFolderAway() throws IOException {
    for (String name : List.of("my set/train/cat/1.png", "my set/cat/1.png")) {
      Path target = folder.resolve("set" + name.length());

      archive.unpack(zip(Map.of(name, picture)), target);

      assertThat(target.resolve(name.substring("my set/".length()))).exists();
    }
  }

  @Test
  void doesNotTakeTrainOrAClassForAWrapper() throws IOException {
    for (String name : List.of("train/cat/1.png", "cat/1.png")) {
      Path target = folder.resolve("set" + name.length());

      archive.unpack(zip(Map.of(name, picture)), target);

      assertThat(target.resolve(name)).exists();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../escaped.png",
        "cat/../../escaped.png",
        "/escaped.png",
        "..\\escaped.png",
        "cat\\1.png",
        "C:escaped.png",
        "C:/escaped.png",
        "cat//1.png",
        "./cat/1.png",
        "..",
        "../",
        "/",
        "cat/\u0001.png",
        "cat/\nevil.png",
        "a/b/c/d/e/f/g/h/i.png",
      })
  void refusesNamesThatLeadOut(String name) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("cat/0.png", picture);
    entries.put(name, picture);
    Path zip = zip(entries);

    assertThatThrownBy(() -> archive.unpack(zip, folder.resolve("set")))
        .isInstanceOf(ServiceException.BadDataset.class)
        .hasMessageContaining("is not a plain relative path");

    assertThat(children()).containsExactly("upload.zip");
    assertThat(folder.getParent().resolve("escaped.png")).doesNotExist();
  }

  @Test
  void makesNoLinks() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("cat/1.png", picture);
    entries.put("cat/link.png", "../../upload.zip".getBytes());
    Path zip = zip(entries);
    byte[] bytes = Files.readAllBytes(zip);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < bytes.length - 46; at++) {
      if (buffer.getInt(at) == CENTRAL_HEADER) {
        bytes[at + 5] = 3; // made on Unix
        buffer.putInt(at + 38, 0120777 << 16); // a symbolic link
      }
    }
    Files.write(zip, bytes);

    UnpackedArchive unpacked = archive.unpack(zip, folder.resolve("set"));

    assertThat(unpacked.images()).isEqualTo(1);
    assertThat(unpacked.skipped()).isEqualTo(1);
    try (Stream<Path> paths = Files.walk(unpacked.folder())) {
      assertThat(paths).noneMatch(Files::isSymbolicLink);
    }
  }

  @Test
  void refusesABomb() throws IOException {
    byte[] bomb = Arrays.copyOf(picture, 4 << 20); // zeros after a picture's beginning
    Path zip = zip(Map.of("cat/bomb.png", bomb));

    assertThatThrownBy(() -> archive.unpack(zip, folder.resolve("set")))
        .isInstanceOf(ServiceException.TooLarge.class)
        .hasMessageContaining("more than 100 times its size, at cat/bomb.png");

    assertThat(children()).containsExactly("upload.zip");
  }

  @Test
  void refusesAnArchiveThatUnpacksToTooMuch() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    for (int i = 0; i < 12; i++) {
      entries.put("cat/%d.png".formatted(i), Arrays.copyOf(picture, 1 << 20));
    }
    UploadedArchive lenient =
        new UploadedArchive(new ArchiveLimits(1 << 20, 50, 8 << 20, 1_000_000));
    Path zip = zip(entries);

    assertThatThrownBy(() -> lenient.unpack(zip, folder.resolve("set")))
        .isInstanceOf(ServiceException.TooLarge.class)
        .hasMessageContaining("more than 8388608 bytes");

    assertThat(children()).containsExactly("upload.zip");
  }

  @Test
  void refusesTooManyEntries() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    for (int i = 0; i < 51; i++) {
      entries.put("cat/%d.txt".formatted(i), new byte[0]);
    }
    Path zip = zip(entries);

    assertThatThrownBy(() -> archive.unpack(zip, folder.resolve("set")))
        .isInstanceOf(ServiceException.TooLarge.class)
        .hasMessage("the archive holds 51 entries, at most 50 are allowed");
  }

  @Test
  void refusesAnArchiveOfTooManyBytes() throws IOException {
    Path zip = Files.write(folder.resolve("upload.zip"), new byte[(1 << 20) + 1]);

    assertThatThrownBy(() -> archive.unpack(zip, folder.resolve("set")))
        .isInstanceOf(ServiceException.TooLarge.class)
        .hasMessage("the archive has more than 1048576 bytes");
  }

  @Test
  void refusesAnUploadOfTooManyBytesWithoutKeepingIt() {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 'x';
          }
        };

    assertThatThrownBy(() -> archive.receive(endless, folder.resolve("upload.zip")))
        .isInstanceOf(ServiceException.TooLarge.class);

    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void keepsAnUploadThatFits() throws IOException {
    archive.receive(new ByteArrayInputStream(picture), folder.resolve("upload.zip"));

    assertThat(folder.resolve("upload.zip")).hasBinaryContent(picture);
    assertThatThrownBy(
            () ->
                archive.receive(
                    new ByteArrayInputStream(new byte[1]), folder.resolve("upload.zip")))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(folder.resolve("upload.zip")).hasBinaryContent(picture);
  }

  @Test
  void refusesWhatIsNoZip() throws IOException {
    Path text = Files.write(folder.resolve("upload.zip"), "hello".getBytes());

    assertThatThrownBy(() -> archive.unpack(text, folder.resolve("set")))
        .isInstanceOf(ServiceException.BadDataset.class)
        .hasMessageContaining("no readable zip archive");
  }

  @Test
  void refusesADamagedArchiveAtAnyByte() throws IOException {
    Path zip = zip(Map.of("cat/1.png", Arrays.copyOf(picture, 5000)));
    byte[] whole = Files.readAllBytes(zip);

    for (int at = 0; at < whole.length; at += 7) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 0x55;
      Files.write(zip, damaged);
      Path target = folder.resolve("set" + at);
      try {
        archive.unpack(zip, target); // a time stamp may well be damaged
        assertThat(tree(target)).hasSizeGreaterThan(0);
      } catch (ServiceException e) {
        assertThat(target).doesNotExist();
      }
    }
    assertThat(children()).noneMatch(name -> name.startsWith("."));
  }

  @Test
  void refusesAnArchiveWithoutPictures() throws IOException {
    Path zip = zip(Map.of("cat/1.txt", "hello".getBytes()));

    assertThatThrownBy(() -> archive.unpack(zip, folder.resolve("set")))
        .isInstanceOf(ServiceException.BadDataset.class)
        .hasMessage("the archive holds no image among 1 entries");
    assertThat(children()).containsExactly("upload.zip");
  }

  @Test
  void refusesAFileThatIsAFolderToo() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("cat/1.png", picture);
    entries.put("cat/1.png/2.png", picture);
    Path zip = zip(entries);

    assertThatThrownBy(() -> archive.unpack(zip, folder.resolve("set")))
        .isInstanceOf(ServiceException.BadDataset.class)
        .hasMessage("the archive holds 1.png twice");
  }

  @Test
  void doesNotTouchAFolderThatExists() throws IOException {
    Path set = Files.createDirectory(folder.resolve("set"));
    Path zip = zip(Map.of("cat/1.png", picture));

    assertThatThrownBy(() -> archive.unpack(zip, set))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(set).isEmptyDirectory();
  }

  private Path zip(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes, StandardCharsets.UTF_8)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        out.putNextEntry(new ZipEntry(entry.getKey()));
        out.write(entry.getValue());
        out.closeEntry();
      }
    }
    return Files.write(folder.resolve("upload.zip"), bytes.toByteArray());
  }

  private List<String> children() throws IOException {
    try (Stream<Path> paths = Files.list(folder)) {
      return paths.map(path -> path.getFileName().toString()).toList();
    }
  }

  private static List<String> tree(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      return paths
          .filter(path -> !path.equals(root))
          .map(path -> root.relativize(path).toString())
          .sorted()
          .toList();
    }
  }
}
