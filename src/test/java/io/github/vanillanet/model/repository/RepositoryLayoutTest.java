package io.github.vanillanet.model.repository;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.serve.registry.NarrowModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders as other programs mount them. */
class RepositoryLayoutTest {

  @TempDir Path root;

  @BeforeEach
  void publish() throws IOException {
    NarrowModels.publish(root.resolve("models"), "narrow", 2);
  }

  @Test
  void theFolderOfOneModelHasItsVersions() throws IOException {
    Files.writeString(root.resolve("models/narrow/active"), "1\n");
    Path mounted = Files.createSymbolicLink(root.resolve("mounted"), root.resolve("models/narrow"));
    ModelRepository repository = new ModelRepository(mounted);

    assertThat(repository.names()).containsExactly("narrow");
    assertThat(repository.versions("narrow")).containsExactly(1, 2);
    assertThat(repository.active()).containsExactly(new ModelId("narrow", 1));
    assertThat(repository.open(new ModelId("narrow", 2)).folder()).isEqualTo(mounted.resolve("2"));
    assertThat(repository.versions("other")).isEmpty();
    requireReadOnly(repository);
  }

  @Test
  void theFilesOfOneVersionAreVersionOne() {
    ModelRepository repository = new ModelRepository(root.resolve("models/narrow/2"));

    assertThat(repository.names()).containsExactly("narrow");
    assertThat(repository.active()).containsExactly(new ModelId("narrow", 1));
    assertThat(repository.open(new ModelId("narrow", 1)).labels()).hasSize(10);
    requireReadOnly(repository);
  }

  @Test
  void aModelMayHaveTheNameOfANumber() throws IOException {
    Files.move(root.resolve("models/narrow"), root.resolve("models/7"));

    ModelRepository repository = new ModelRepository(root.resolve("models"));

    assertThat(repository.active()).containsExactly(new ModelId("7", 2));
    repository.requireWritable();
  }

  @Test
  void aVersionWithoutItsManifestIsFoundWhereAModelIsMounted() throws IOException {
    Path model = root.resolve("models/narrow");
    assertThat(new ModelRepository(root.resolve("models")).halfVersion()).isEmpty();
    assertThat(new ModelRepository(root.resolve("missing")).halfVersion()).isEmpty();

    Files.delete(model.resolve("1/manifest.json"));
    Files.delete(model.resolve("2/manifest.json"));
    Files.delete(model.resolve("2/model.pt"));

    assertThat(new ModelRepository(model).halfVersion()).contains(model.resolve("1"));
    assertThat(new ModelRepository(model.resolve("2")).halfVersion()).contains(model.resolve("2"));
    assertThat(new ModelRepository(root.resolve("models")).halfVersion()).isEmpty();
  }

  @Test
  void aFolderThatCannotBeReadIsNotEmpty() throws IOException {
    Path loop = Files.createSymbolicLink(root.resolve("loop"), Path.of("loop"));

    assertThatThrownBy(() -> new ModelRepository(loop).names())
        .has(code(ErrorCode.BAD_CONFIGURATION));
    Path file = Files.writeString(root.resolve("file"), "not a folder");
    assertThat(new ModelRepository(file).names()).isEmpty();
    assertThat(new ModelRepository(root.resolve("missing")).names()).isEmpty();
  }

  private static void requireReadOnly(ModelRepository repository) {
    assertThat(repository.isWritable()).isFalse();
    assertThatThrownBy(repository::requireWritable).has(code(ErrorCode.CONFLICT));
  }
}
