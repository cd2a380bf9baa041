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

  /** Asserts that the file is rejected with one short line that contains all {@code facts}. */
  void rejects(byte[] bytes, String... facts) {
    Throwable rejection = catchThrowable(() -> read(bytes));
    assertThat(rejection).has(code(ErrorCode.BAD_CHECKPOINT));
    assertThat(rejection.getMessage()).doesNotContain("\n").hasSizeLessThan(1500);
    assertThat(facts).allSatisfy(fact -> assertThat(rejection).hasMessageContaining(fact));
    requireSpecificReason(rejection);
  }

  /** Fails if the rejection is only a converted unexpected exception. */
  static void requireSpecificReason(Throwable rejection) {
    assertThat(rejection.getCause()).as(rejection.getMessage()).has(code(ErrorCode.BAD_CHECKPOINT));
    assertThat(rejection.getMessage()).doesNotContain("\n");
  }

  /** Puts the pickle in a zip with zeroed storage records of {@code storages} bytes each. */
  void rejectsPickle(byte[] pickle, int[] storages, String... facts) {
    ZipBytes zip = new ZipBytes().stored("a/data.pkl", pickle);
    for (int i = 0; i < storages.length; i++) {
      zip.stored("a/data/" + i, new byte[storages[i]]);
    }
    rejects(zip.finish(), facts);
  }

  void rejectsPickle(byte[] pickle, String... facts) {
    rejectsPickle(pickle, new int[0], facts);
  }
}
