package io.github.vanillanet.model.checkpoint;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.vanillanet.base.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Reads bytes as a checkpoint file. */
final class Attempt {

  private final Path file;

  Attempt(Path folder) {
    this.file = folder.resolve("attempt.pth");
  }

  TorchCheckpoint read(byte[] bytes) throws IOException {
    Files.deleteIfExists(file); // never truncate a file that is still mapped
    Files.write(file, bytes);
    return TorchCheckpoint.read(file, Optional.empty());
  }

  /** A refusal in one line that holds all {@code parts}. */
  void refused(byte[] bytes, String... parts) {
    Throwable refusal = catchThrowable(() -> read(bytes));
    assertThat(refusal).has(code(ErrorCode.BAD_CHECKPOINT));
    assertThat(refusal.getMessage()).contains(parts).doesNotContain("\n").hasSizeLessThan(1500);
  }

  /** The pickle in a zip, beside storage records of {@code storages} bytes each, zeroed. */
  void refusedPickle(byte[] pickle, int[] storages, String... parts) {
    ZipBytes zip = new ZipBytes().stored("a/data.pkl", pickle);
    for (int i = 0; i < storages.length; i++) {
      zip.stored("a/data/" + i, new byte[storages[i]]);
    }
    refused(zip.finish(), parts);
  }

  void refusedPickle(byte[] pickle, String... parts) {
    refusedPickle(pickle, new int[0], parts);
  }
}
