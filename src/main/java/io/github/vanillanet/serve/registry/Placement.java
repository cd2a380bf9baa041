package io.github.vanillanet.serve.registry;

import io.github.vanillanet.model.certify.AnswerCertificate;
import io.github.vanillanet.model.certify.Certificate;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.serve.scheduler.BatchPolicy;
import java.util.List;
import java.util.Optional;

/**
 * How a version is loaded: its devices, its certificate there, and how it computes.
 *
 * @param devices each has the weights once
 * @param certificate the manifest's, or one made at load if the arithmetic differs from the
 *     published one; with several devices, the one with the largest difference
 * @param answers the verdict on a reduced precision; empty for float32, and for a precision that is
 *     bounded by its logits instead
 * @param recomputes whether uncertain answers are computed again in float32
 */
public record Placement(
    List<Device> devices,
    Certificate certificate,
    Optional<AnswerCertificate> answers,
    boolean recomputes,
    Batching batching) {

  public Placement {
    devices = List.copyOf(devices);
  }

  /** The published arithmetic, with one request in each forward. */
  public Placement(List<Device> devices, Certificate certificate) {
    this(
        devices,
        certificate,
        Optional.empty(),
        false,
        new Batching(BatchPolicy.single(), Optional.empty()));
  }

  /** {@code cpu}, {@code cuda:0} or {@code cuda:0,cuda:1}. */
  public String deviceNames() {
    return Device.names(devices);
  }

  /** What happens with uncertain answers, for the log; empty without a verdict. */
  Optional<String> checks() {
    return answers.map(
        verdict ->
            recomputes
                ? " computes answers with a margin below %.3f again in float32, about %.1f %% of them"
                    .formatted(verdict.threshold(), 100 * verdict.recomputedShare())
                : " computes no answer again: %.2f %% of the judgement images have float32's best class"
                    .formatted(100 * verdict.rawAgreement()));
  }

  /** The name of the precision: {@code float32}. */
  public String precision() {
    return certificate.precision().label();
  }
}
