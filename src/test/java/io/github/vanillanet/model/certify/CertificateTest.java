package io.github.vanillanet.model.certify;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.model.network.Precision;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CertificateTest {

  private static final Agreement EXACT = new Agreement(0, 1e-5, 1);

  /**
   * Two probes, three classes. The largest logit is 4; the two best of the first probe are close.
   */
  private static final Certificate PUBLISHED =
      new Certificate(
          Certificate.Source.FUSED,
          "vanillanet_5",
          1,
          "weights",
          "published",
          new Probes(1, 2),
          List.of(List.of(1.0f, 0.99f, -2f), List.of(-4f, 0f, 1f)),
          EXACT,
          EXACT,
          Precision.FLOAT32,
          Map.of());

  private static List<float[]> answers(float... logits) {
    return List.of(
        new float[] {logits[0], logits[1], logits[2]},
        new float[] {logits[3], logits[4], logits[5]});
  }

  @ParameterizedTest
  @EnumSource(names = {"TF32", "FLOAT16", "BFLOAT16"})
  void aReducedPrecisionMayDifferByOnePercentOfTheLargestLogit(Precision precision) {
    Certificate certificate =
        PUBLISHED.of(precision, "derived", answers(1.03f, 0.97f, -2.03f, -3.97f, 0.039f, 1f));

    assertThat(certificate.precision()).isEqualTo(precision);
    assertThat(certificate.artifactSha256()).isEqualTo("derived");
    assertThat(certificate.served().bound()).isEqualTo(0.04);
    assertThat(certificate.served().maxDelta()).isBetween(0.0389, 0.0391);
    assertThatThrownBy(
            () -> PUBLISHED.of(precision, "derived", answers(1, 0.99f, -2, -3.95f, 0, 1)))
        .has(code(ErrorCode.NOT_EQUIVALENT))
        .hasMessageContainingAll(precision.label(), "0.05", "0.04")
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void aCertifiedAnswerIsAcceptedInServiceWithTheBoundAsMargin(Precision precision) {
    float allowed =
        switch (precision) {
          case FLOAT32 -> 3.9e-5f;
          case TF32, FLOAT16, BFLOAT16 -> 0.039f;
          case INT8 -> 0.078f;
        };
    List<float[]> far = answers(1, 0.99f, -2 + allowed, -4, 0, 1); // the probe of small logits
    Certificate certificate = PUBLISHED.of(precision, "derived", far);

    certificate.requireAnswer(0, far.get(0));
    certificate.requireAnswerInService(0, far.get(0));
    certificate.requireAnswerInService(0, new float[] {1, 0.99f, -2 + 1.9f * allowed});
    assertThatThrownBy(
            () ->
                certificate.requireAnswerInService(0, new float[] {1, 0.99f, -2 + 2.1f * allowed}))
        .has(code(ErrorCode.NOT_EQUIVALENT))
        .hasMessageContaining("probe 0");
    assertThatThrownBy(() -> certificate.requireAnswerInService(1, new float[] {-4, Float.NaN, 1}))
        .has(code(ErrorCode.NOT_EQUIVALENT));
    assertThatThrownBy(() -> certificate.requireAnswer(1, new float[] {-4, 0}))
        .has(code(ErrorCode.NOT_EQUIVALENT));
  }

  @Test
  void float32HasItsOwnBound() {
    assertThatThrownBy(
            () ->
                PUBLISHED.of(Precision.FLOAT32, "autotuned", answers(1, 0.99f, -2, -4, 0, 1.001f)))
        .has(code(ErrorCode.NOT_EQUIVALENT))
        .hasMessageContainingAll("float32", "4.00e-05");
  }

  @Test
  void rejectsAnotherBestClassForAnyDifference() {
    assertThatThrownBy(
            () -> PUBLISHED.of(Precision.FLOAT16, "derived", answers(0.99f, 1f, -2, -4, 0, 1)))
        .has(code(ErrorCode.NOT_EQUIVALENT))
        .hasMessageContainingAll("float16", "0.500");
  }

  @Test
  void rejectsAWrongNumberOfLogitsAndNaN() {
    assertThatThrownBy(
            () -> PUBLISHED.of(Precision.FLOAT16, "derived", List.of(new float[] {1, 0.99f, -2})))
        .has(code(ErrorCode.NOT_EQUIVALENT));
    assertThatThrownBy(
            () -> PUBLISHED.of(Precision.FLOAT16, "derived", answers(1, Float.NaN, -2, -4, 0, 1)))
        .has(code(ErrorCode.NOT_EQUIVALENT));
  }
}
