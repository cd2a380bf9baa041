package io.github.vanillanet.serve.registry;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.Oracle;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.serve.inference.Call;
import io.github.vanillanet.serve.inference.ClassificationService;
import io.github.vanillanet.serve.inference.ModelSelection;
import io.github.vanillanet.serve.inference.ModelTarget;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The automatic rollback of a version that fails right after its swap. */
@Timeout(120)
class SwapGuardTest extends SwitchedVersions {

  @Test
  void versionThatFailsRightAfterItsSwapIsRolledBack() throws Exception {
    activate(2, 3);
    ServedModel failing = registry.lease("narrow").orElseThrow().model();

    current().answered();
    current().failed();
    current().failed();
    failing.release(); // the lease above

    failing.closed().get(); // closed, so the rollback has happened
    assertThat(live()).isEqualTo(2);
    assertThat(repository.active("narrow")).hasValue(2);
  }

  @Test
  void versionIsNotRolledBackAfterTheGuardedAnswers() {
    activate(2, 3);
    for (int i = 0; i < 10; i++) {
      current().answered();
    }

    current().failed();
    current().failed();

    assertThat(live()).isEqualTo(3);
  }

  @Test
  void firstVersionOfAModelIsNotRolledBack() {
    activate(1);

    current().failed();
    current().failed();

    assertThat(live()).isEqualTo(1);
  }

  @Test
  void nonFiniteAnswersToImagesCountAsFailures() throws Exception {
    ClassificationService service =
        new ClassificationService(
            new ModelSelection(registry, Optional.of("narrow"), () -> false, Map.of()),
            new ImageDecoder(1_000_000),
            1 << 20,
            2);
    byte[] image = Files.readAllBytes(Oracle.file("preprocess/png_rgb.png"));
    nonsensical.add(3);
    activate(2, 3);
    ServedModel failing = registry.lease("narrow").orElseThrow().model();

    for (int request = 0; request < 2; request++) {
      assertThatThrownBy(() -> service.classify(Optional.empty(), image, 1))
          .has(code(ErrorCode.ENGINE_FAILURE))
          .hasMessageContaining("not finite");
    }
    failing.release(); // the lease above

    failing.closed().get();
    assertThat(service.classify(Optional.empty(), image, 1).version()).isEqualTo(2);
  }

  @Test
  void nonFiniteAnswersToTensorsDoNotCountAsFailures() {
    ClassificationService service =
        new ClassificationService(
            new ModelSelection(registry, Optional.of("narrow"), () -> false, Map.of()),
            new ImageDecoder(1_000_000),
            1 << 20,
            2);
    nonsensical.add(3);
    activate(2, 3);
    ByteBuffer tensor = ByteBuffer.allocate(3 * 64 * 64 * Float.BYTES);

    for (int request = 0; request < 5; request++) {
      assertThatThrownBy(
              () ->
                  service.tensor(
                      Call.unbounded(),
                      ModelTarget.of(Optional.of("narrow")),
                      new long[] {1, 3, 64, 64},
                      tensor.duplicate(),
                      Function.identity()))
          .has(code(ErrorCode.ENGINE_FAILURE));
    }

    assertThat(live()).isEqualTo(3);
  }
}
