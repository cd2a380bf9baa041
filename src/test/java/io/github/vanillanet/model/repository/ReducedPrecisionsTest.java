package io.github.vanillanet.model.repository;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.model.certify.AnswerCertificate;
import io.github.vanillanet.model.network.ActivationRanges;
import io.github.vanillanet.model.network.Precision;
import io.github.vanillanet.serve.registry.PublishedModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file with ranges and answer certificates in a version. */
class ReducedPrecisionsTest {

  @TempDir Path root;

  private StoredVersion version;
  private Path file;

  @BeforeEach
  void publish() {
    version = PublishedModels.publish(root, "five");
    file = version.folder().resolve(ReducedPrecisions.FILE);
  }

  private static AnswerCertificate certificate(Precision precision, int agreed) {
    return new AnswerCertificate(
        precision,
        500,
        500,
        0.1f,
        agreed,
        agreed,
        20,
        Optional.of(-0.002),
        0.0123,
        List.of(List.of(0.1f, -3.3e-7f), List.of(7f, 1f / 3)));
  }

  private ReducedPrecisions reduced(AnswerCertificate... certificates) {
    return new ReducedPrecisions(
        ReducedPrecisions.FORMAT,
        version.manifest().certificate().artifactSha256(),
        Instant.parse("2026-01-02T03:04:05Z"),
        Optional.of(
            new ActivationRanges(
                Map.of(
                    "stem.0",
                    new ActivationRanges.Channels(
                        List.of(0f, -1f / 3), List.of(0f, 9e-9f), List.of(0f, 0f))))),
        List.of(certificates));
  }

  @Test
  void theFileKeepsEveryValue() throws IOException {
    ReducedPrecisions written = reduced(certificate(Precision.INT8, 500));

    Files.writeString(file, written.text());

    assertThat(version.reducedPrecisions()).contains(written);
    assertThat(Files.readString(file)).endsWith("\"}\n");
  }

  @Test
  void aChangedFileIsRejectedWhereItIsUsed() throws IOException {
    String good = reduced(certificate(Precision.INT8, 500)).text();
    String other = good.replace("\"agreed\":500", "\"agreed\":499");
    for (String bad : List.of("", "{}", good.substring(1), good.replace("0.1,", "0.2,"), other)) {
      Files.writeString(file, bad);

      assertThat(bad).isNotEqualTo(good);
      assertThatThrownBy(() -> version.safetyNet(Precision.INT8)).has(code(ErrorCode.BAD_ARTIFACT));
      assertThat(version.safetyNet(Precision.FLOAT32)).isEmpty();
    }
    Files.writeString(file, good);
    StoredVersion another =
        PublishedModels.publish(root, "other"); // its certificate has another name's digest
    Path copy = another.folder().resolve(ReducedPrecisions.FILE);
    Files.writeString(copy, good.replace(version.manifest().certificate().artifactSha256(), "0"));
    assertThatThrownBy(another::certifiedPrecisions).has(code(ErrorCode.BAD_ARTIFACT));
  }

  @Test
  void onlyCertificatesThatHoldAllowAPrecision() throws IOException {
    assertThat(version.certifiedPrecisions()).isEmpty();
    assertThat(version.safetyNet(Precision.BFLOAT16)).isEmpty();
    assertThatThrownBy(() -> version.safetyNet(Precision.INT8))
        .has(code(ErrorCode.BAD_CONFIGURATION));

    Files.writeString(
        file,
        reduced(
                certificate(Precision.FLOAT16, 500),
                certificate(Precision.BFLOAT16, 480),
                certificate(Precision.INT8, 500))
            .text());

    assertThat(version.certifiedPrecisions()).containsExactly(Precision.INT8, Precision.FLOAT16);
    assertThat(version.safetyNet(Precision.INT8).orElseThrow().threshold()).isEqualTo(0.1f);
    assertThatThrownBy(() -> version.safetyNet(Precision.BFLOAT16))
        .has(code(ErrorCode.NOT_EQUIVALENT));
    assertThat(version.safetyNet(Precision.FLOAT32)).isEmpty();
  }
}
