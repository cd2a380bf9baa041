package io.github.vanillanet.train.dataset;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostileArchiveTest {

  private static final int CENTRAL_HEADER = 0x02014b50;

  private final byte[] image = Pictures.png(Pictures.noisy(16, 16, 1));
  private final UploadedArchive archive = new UploadedArchive(new ArchiveLimits(50, 8 << 20, 100));

  @TempDir Path folder;

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
  void rejectsNamesThatCouldLeaveTheFolder(String name) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("cat/0.png", image);
    entries.put(name, image);
    Path zip = Zips.write(folder, entries);

    assertThatThrownBy(() -> archive.unpack(zip, folder.resolve("set")))
        .has(code(ErrorCode.BAD_DATASET));

    assertThat(Zips.children(folder)).containsExactly("upload.zip");
    assertThat(folder.getParent().resolve("escaped.png")).doesNotExist();
  }

  @Test
  void createsNoLinks() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("cat/1.png", image);
    entries.put("cat/link.png", "../../upload.zip".getBytes());
    Path zip = Zips.write(folder, entries);
    byte[] bytes = Files.readAllBytes(zip);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < bytes.length - 46; at++) {
      if (buffer.getInt(at) == CENTRAL_HEADER) {
        bytes[at + 5] = 3; // made on Unix
        buffer.putInt(at + 38, 0120777 << 16); // a symbolic link
      }
    }
    Files.write(zip, bytes);

    archive.unpack(zip, folder.resolve("set"));

    assertThat(Zips.tree(folder.resolve("set")))
        .containsExactly("cat", "cat/1.png", "cat/link.png");
    try (Stream<Path> paths = Files.walk(folder)) {
      assertThat(paths).noneMatch(Files::isSymbolicLink);
    }
  }

  @Test
  void rejectsAnEntryWithAnExcessiveRatio() throws IOException {
    byte[] bomb = Arrays.copyOf(image, 4 << 20); // zeros after the start of an image
    Path zip = Zips.write(folder, Map.of("cat/bomb.png", bomb));

    assertThatThrownBy(() -> archive.unpack(zip, folder.resolve("set")))
        .has(code(ErrorCode.TOO_LARGE))
        .hasMessageContaining("cat/bomb.png");

    assertThat(Zips.children(folder)).containsExactly("upload.zip");
  }

  @Test
  void rejectsAnArchiveThatUnpacksToTooManyBytes() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    for (int i = 0; i < 12; i++) {
      entries.put("cat/%d.png".formatted(i), Arrays.copyOf(image, 1 << 20));
    }
    UploadedArchive lenient = new UploadedArchive(new ArchiveLimits(50, 8 << 20, 1_000_000));
    Path zip = Zips.write(folder, entries);

    assertThatThrownBy(() -> lenient.unpack(zip, folder.resolve("set")))
        .has(code(ErrorCode.TOO_LARGE))
        .hasMessageContaining("8388608");

    assertThat(Zips.children(folder)).containsExactly("upload.zip");
  }

  @Test
  void rejectsTooManyEntries() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    for (int i = 0; i < 51; i++) {
      entries.put("cat/%d.txt".formatted(i), new byte[0]);
    }
    Path zip = Zips.write(folder, entries);

    assertThatThrownBy(() -> archive.unpack(zip, folder.resolve("set")))
        .has(code(ErrorCode.TOO_LARGE))
        .hasMessageContainingAll("51", "50");
  }

  @Test
  void aDamagedByteAnywhereLeavesNoPartialFolder() throws IOException {
    Path zip = Zips.write(folder, Map.of("cat/1.png", Arrays.copyOf(image, 5000)));
    byte[] whole = Files.readAllBytes(zip);

    for (int at = 0; at < whole.length; at++) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 0x55;
      Files.write(zip, damaged);
      Path target = folder.resolve("set" + at);
      try {
        archive.unpack(zip, target); // succeeds if the byte belongs to a time stamp, for example
        assertThat(Zips.tree(target)).hasSizeGreaterThan(0);
      } catch (ServiceException e) {
        assertThat(target).doesNotExist();
      }
    }
    assertThat(Zips.children(folder)).noneMatch(name -> name.startsWith("."));
  }

  @Test
  void rejectsANameThatIsBothAFileAndAFolder() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("cat/1.png", image);
    entries.put("cat/1.png/2.png", image);
    Path zip = Zips.write(folder, entries);

    assertThatThrownBy(() -> archive.unpack(zip, folder.resolve("set")))
        .has(code(ErrorCode.BAD_DATASET))
        .hasMessageContaining("1.png");
  }
}
