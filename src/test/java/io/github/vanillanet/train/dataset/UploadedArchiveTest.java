package io.github.vanillanet.train.dataset;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UploadedArchiveTest {

  private final byte[] image = Pictures.png(Pictures.noisy(16, 16, 1));
  private final UploadedArchive archive = new UploadedArchive(new ArchiveLimits(50, 8 << 20, 100));

  @TempDir Path folder;

  @Test
  void unpacksImagesAndTablesAndTheStartOfOtherEntries() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("train/", new byte[0]);
    entries.put("train/empty/", new byte[0]);
    entries.put("train/cat/1.png", image);
    entries.put("train/dog/a b c.jpg", image); // recognised by content
    entries.put("train/dog/run.sh", "#!/bin/sh\nrm -rf /".getBytes());
    entries.put("train/dog/movie.mp4", new byte[1000]);
    entries.put("train/LABELS.CSV", ("file,label\n" + "1.png,cat\n".repeat(100)).getBytes());
    entries.put("__MACOSX/train/cat/._1.png", image);
    entries.put("train/.DS_Store", image);

    archive.unpack(Zips.write(folder, entries), folder.resolve("set"));

    assertThat(Zips.tree(folder.resolve("set")))
        .containsExactly(
            "__MACOSX",
            "__MACOSX/train",
            "__MACOSX/train/cat",
            "__MACOSX/train/cat/._1.png",
            "train",
            "train/.DS_Store",
            "train/LABELS.CSV",
            "train/cat",
            "train/cat/1.png",
            "train/dog",
            "train/dog/a b c.jpg",
            "train/dog/movie.mp4",
            "train/dog/run.sh",
            "train/empty");
    assertThat(folder.resolve("set/train/LABELS.CSV")).hasSize(1011);
    assertThat(folder.resolve("set/train/dog/movie.mp4")).hasSize(64);
    assertThat(Files.isExecutable(folder.resolve("set/train/dog/run.sh"))).isFalse();
    assertThat(folder.resolve("set/train/cat/1.png")).hasBinaryContent(image);
    assertThat(Files.isExecutable(folder.resolve("set/train/cat/1.png"))).isFalse();
    assertThat(Zips.children(folder)).containsExactlyInAnyOrder("set", "upload.zip");
  }

  @Test
  void rejectsAFileThatIsNotAZip() throws IOException {
    Path text = Files.write(folder.resolve("upload.zip"), "hello".getBytes());

    assertThatThrownBy(() -> archive.unpack(text, folder.resolve("set")))
        .has(code(ErrorCode.BAD_DATASET));
  }

  @Test
  void leavesAnExistingFolderUnchanged() throws IOException {
    Path set = Files.createDirectory(folder.resolve("set"));
    Path zip = Zips.write(folder, Map.of("cat/1.png", image));

    assertThatThrownBy(() -> archive.unpack(zip, set))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(set).isEmptyDirectory();
  }
}
