package io.github.vanillanet.train.jobs;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataRootTest {

  @TempDir Path folder;

  @Test
  void aFolderWithinTheRootIsFound() throws Exception {
    Path inside = Files.createDirectories(folder.resolve("root/flowers/roses"));

    assertThat(root().resolve("data", "flowers/./roses")).isEqualTo(inside.toRealPath());
    assertThat(root().resolve("data", inside.toRealPath().toString()))
        .isEqualTo(inside.toRealPath());
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", "../secret", "/etc", "link", "link/deep", "absent", "nul\0byte"})
  void aPathOutsideTheRootIsRejected(String path) throws Exception {
    Files.createDirectories(folder.resolve("root"));
    Files.createDirectories(folder.resolve("secret/deep"));
    Files.createSymbolicLink(folder.resolve("root/link"), folder.resolve("secret"));

    assertThatThrownBy(() -> root().resolve("data", path))
        .has(code(ErrorCode.INVALID_REQUEST))
        .hasMessageStartingWith("data: ");
  }

  @Test
  void withoutARootEveryPathIsRejected() {
    assertThatThrownBy(() -> new DataRoot(Optional.empty()).resolve("data", "."))
        .has(code(ErrorCode.INVALID_REQUEST))
        .hasMessageContaining("vanillanet.training.data-root");
  }

  private DataRoot root() {
    return new DataRoot(Optional.of(folder.resolve("root")));
  }
}
