package io.github.vanillanet.model.certify;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.model.network.Precision;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The bounds on answers in a reduced precision. */
class AnswerCertificateTest {

  private static AnswerCertificate of(int images, int raw, int agreed) {
    return new AnswerCertificate(
        Precision.INT8,
        images,
        images,
        0.5,
        raw,
        agreed,
        images / 10,
        Optional.empty(),
        0.03,
        List.of(List.of(3f, 1f)));
  }

  /** Wilson's bound p is where the observed share lies z standard errors of p above it. */
  @Test
  void theLowerBoundIsThatOfWilson() {
    for (int agreed : new int[] {499, 480, 250, 1}) {
      AnswerCertificate certificate = of(500, agreed, agreed);
      double p = certificate.lowerBound();

      assertThat((agreed / 500.0 - p) / Math.sqrt(p * (1 - p) / 500))
          .isCloseTo(1.645, within(1e-9));
    }
    assertThat(of(500, 500, 500).lowerBound()).isCloseTo(500 / (500 + 1.645 * 1.645), within(1e-9));
  }

  @Test
  void eachBoundIsRequired() {
    assertThat(of(500, 490, 500).refusal()).isEmpty();
    assertThat(of(1000, 950, 996).refusal()).isEmpty();
    assertThat(of(499, 499, 499).refusal()).isPresent();
    assertThat(of(1000, 949, 1000).refusal()).isPresent();
    assertThat(of(500, 498, 498).refusal()).isPresent();
  }

  @Test
  void aSafetyNetComparesServedOrder() {
    float[] rows = {9, 9, 9, 2f, 5f, 4.5f, 7, 7};
    SafetyNet plain = new SafetyNet(0.6, List.of());
    SafetyNet shifted = new SafetyNet(0.6, List.of(0.0, 0.0, 2.0));

    assertThat(plain.margin(rows, 3, 3)).isEqualTo(0.5);
    assertThat(plain.best(rows, 3, 3)).isEqualTo(1);
    assertThat(plain.recomputes(rows, 3, 3)).isTrue();
    assertThat(shifted.margin(rows, 3, 3)).isEqualTo(1.5);
    assertThat(shifted.best(rows, 3, 3)).isEqualTo(2);
    assertThat(shifted.recomputes(rows, 3, 3)).isFalse();
    assertThat(new SafetyNet(0, List.of()).recomputes(rows, 0, 3)).isFalse(); // a tie
    assertThat(new SafetyNet(9, List.of()).recomputes(rows, 0, 1)).isFalse(); // one class
    rows[4] = Float.NaN;
    assertThat(new SafetyNet(0, List.of()).recomputes(rows, 3, 3)).isTrue();
  }

  @Test
  void theProbesAreComparedWithThePrecisionsOwnAnswers() {
    Agreement exact = new Agreement(0, 1e-5, 1);
    Certificate published =
        new Certificate(
            Certificate.Source.FUSED,
            "vanillanet_5",
            1,
            "weights",
            "published",
            new Probes(1, 1),
            List.of(List.of(3.3f, 3.2f)),
            exact,
            exact,
            Precision.FLOAT32,
            Map.of());
    AnswerCertificate reduced = of(500, 500, 500); // its golden logits are 3 and 1

    Certificate derived = published.of(reduced, "derived", List.of(new float[] {2.95f, 1.05f}));

    assertThat(derived.precision()).isEqualTo(Precision.INT8);
    derived.requireAnswerInService(0, new float[] {3.05f, 1f});
    assertThatThrownBy(() -> published.of(reduced, "derived", List.of(new float[] {2.93f, 1})))
        .has(code(ErrorCode.NOT_EQUIVALENT));
    assertThatThrownBy(() -> derived.requireAnswerInService(0, new float[] {1, 3}))
        .has(code(ErrorCode.NOT_EQUIVALENT));
  }
}
