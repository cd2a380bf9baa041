package io.github.vanillanet.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DamagedFilesTest {

  private static final Path FILES = Path.of("src/test/resources/checkpoint");

  private final Attempt attempt;

  DamagedFilesTest(@TempDir Path folder) {
    attempt = new Attempt(folder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"protocol2", "deflated", "legacy2", "legacy4", "training", "layouts"})
  void aFileTruncatedAtAnyByteIsRejected(String name) throws IOException {
    byte[] whole = Files.readAllBytes(FILES.resolve(name + ".pth"));
    for (int length = 0; length < whole.length; length++) {
      attempt.rejects(Arrays.copyOf(whole, length));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"protocol2", "deflated", "layouts", "training"})
  void aZipWithFlippedBytesIsRejectedOrReadExactly(String name) throws IOException {
    Path file = FILES.resolve(name + ".pth");
    byte[] whole = Files.readAllBytes(file);
    String digest = TorchCheckpoint.read(file, Optional.empty()).weights().sha256();
    for (int seed = 0; seed < 1000; seed++) {
      byte[] damaged = flip(whole, seed);
      try {
        assertThat(attempt.read(damaged).weights().sha256())
            .as("%s, seed %d", name, seed)
            .isEqualTo(digest);
      } catch (ServiceException rejection) {
        rejection.rethrowUnless(ErrorCode.BAD_CHECKPOINT);
        Attempt.requireSpecificReason(rejection);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"legacy2", "legacy4", "layouts_legacy"})
  void aLegacyFileWithFlippedBytesIsReadOrRejected(String name) throws IOException {
    byte[] whole = Files.readAllBytes(FILES.resolve(name + ".pth"));
    for (int seed = 0; seed < 1500; seed++) {
      try {
        attempt.read(flip(whole, seed)); // without checksums a wrong value goes unnoticed
      } catch (ServiceException rejection) {
        rejection.rethrowUnless(ErrorCode.BAD_CHECKPOINT);
        Attempt.requireSpecificReason(rejection);
      }
    }
  }

  /** The CRC of the damaged pickle is correct, so only the unpickler's own checks apply. */
  @ParameterizedTest
  @ValueSource(strings = {"protocol2", "training", "layouts", "parameter_with_state"})
  void aDamagedPickleWithACorrectChecksumIsReadOrRejected(String name) throws IOException {
    byte[] pickle = pickleOf(FILES.resolve(name + ".pth"));
    for (int seed = 0; seed < 1500; seed++) {
      ZipBytes zip = new ZipBytes().stored("a/data.pkl", flip(pickle, seed));
      for (int i = 0; i < 16; i++) {
        zip.stored("a/data/" + i, new byte[24]);
      }
      try {
        attempt.read(zip.finish());
      } catch (ServiceException rejection) {
        rejection.rethrowUnless(ErrorCode.BAD_CHECKPOINT);
        Attempt.requireSpecificReason(rejection);
      }
    }
  }

  @Test
  void aMissingFileAndAFolderAreRejected() {
    for (Path path : new Path[] {FILES, FILES.resolve("none.pth")}) {
      try {
        TorchCheckpoint.read(path, Optional.empty());
        fail("read " + path);
      } catch (ServiceException rejection) {
        rejection.rethrowUnless(ErrorCode.BAD_CHECKPOINT);
        assertThat(rejection).hasMessageContaining(path.getFileName().toString());
      }
    }
  }

  private static byte[] pickleOf(Path file) throws IOException {
    try (var zip = new java.util.zip.ZipFile(file.toFile())) {
      return zip.stream()
          .filter(entry -> entry.getName().endsWith("/data.pkl"))
          .map(
              entry -> {
                try {
                  return zip.getInputStream(entry).readAllBytes();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              })
          .findFirst()
          .orElseThrow();
    }
  }

  private static byte[] flip(byte[] whole, int seed) {
    Random random = new Random(seed);
    byte[] damaged = whole.clone();
    for (int i = 0; i <= random.nextInt(4); i++) {
      int at = random.nextInt(damaged.length);
      damaged[at] = random.nextBoolean() ? (byte) random.nextInt() : (byte) (damaged[at] ^ 1);
    }
    return damaged;
  }
}
