package io.github.vanillanet.train.dataset;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UploadedArchiveTest {

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

    UnpackedArchive unpacked = archive.unpack(Zips.write(folder, entries), folder.resolve("set"));

    assertThat(unpacked)
        .isEqualTo(new UnpackedArchive(folder.resolve("set"), 2, 4, 2L * picture.length));
    assertThat(Zips.tree(folder.resolve("set")))
        .containsExactly(
            "train",
            "train/cat",
            "train/cat/1.png",
            "train/dog",
            "train/dog/a b c.jpg",
            "train/empty");
    assertThat(folder.resolve("set/train/cat/1.png")).hasBinaryContent(picture);
    assertThat(Files.isExecutable(folder.resolve("set/train/cat/1.png"))).isFalse();
    assertThat(Zips.children(folder)).containsExactlyInAnyOrder("set", "upload.zip");
  }

  @Test
  void leavesASingleWrappingFolderAway() throws IOException {
    for (String name : List.of("my set/train/cat/1.png", "my set/cat/1.png")) {
      Path target = folder.resolve("set" + name.length());

      archive.unpack(Zips.write(folder, Map.of(name, picture)), target);

      assertThat(target.resolve(name.substring("my set/".length()))).exists();
    }
  }

  @Test
  void doesNotTakeTrainOrAClassForAWrapper() throws IOException {
    for (String name : List.of("train/cat/1.png", "cat/1.png")) {
      Path target = folder.resolve("set" + name.length());

      archive.unpack(Zips.write(folder, Map.of(name, picture)), target);

      assertThat(target.resolve(name)).exists();
    }
  }

  @Test
  void refusesAnArchiveOfTooManyBytes() throws IOException {
    Path zip = Files.write(folder.resolve("upload.zip"), new byte[(1 << 20) + 1]);

    assertThatThrownBy(() -> archive.unpack(zip, folder.resolve("set")))
        .has(code(ErrorCode.TOO_LARGE))
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
        .has(code(ErrorCode.TOO_LARGE));

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
        .has(code(ErrorCode.BAD_DATASET))
        .hasMessageContaining("no readable zip archive");
  }

  @Test
  void refusesAnArchiveWithoutPictures() throws IOException {
    Path zip = Zips.write(folder, Map.of("cat/1.txt", "hello".getBytes()));

    assertThatThrownBy(() -> archive.unpack(zip, folder.resolve("set")))
        .has(code(ErrorCode.BAD_DATASET))
        .hasMessage("the archive holds no image among 1 entries");
    assertThat(Zips.children(folder)).containsExactly("upload.zip");
  }

  @Test
  void doesNotTouchAFolderThatExists() throws IOException {
    Path set = Files.createDirectory(folder.resolve("set"));
    Path zip = Zips.write(folder, Map.of("cat/1.png", picture));

    assertThatThrownBy(() -> archive.unpack(zip, set))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(set).isEmptyDirectory();
  }
}
