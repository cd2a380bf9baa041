package io.github.vanillanet.train.pipeline;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.model.certify.AnswerCertificate;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.quantize.CalibrationSet;
import io.github.vanillanet.model.quantize.Quantization;
import io.github.vanillanet.model.repository.Calibration;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.train.dataset.Sample;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Calibrates a trained candidate for reduced precisions on its validation images, on the CPU. A
 * failure does not stop the training: the version is then served in float32.
 *
 * @param mustStop whether the job is to stop
 * @param log receives the result, one line per precision
 */
record SelfCalibration(
    BooleanSupplier mustStop,
    TorchRuntime runtime,
    int threads,
    ImageDecoder decoder,
    Consumer<String> log) {

  /**
   * Adds the result to the candidate's folder. Does nothing if the job is to stop.
   *
   * @param fitted calibration of the probabilities that the version will have
   */
  void run(StoredVersion candidate, Optional<Calibration> fitted, List<Sample> validation) {
    List<Double> offsets = fitted.map(Calibration::offsets).orElse(List.of());
    try {
      CalibrationSet images = CalibrationSet.of(examples(validation), decoder);
      new Quantization(runtime, Device.CPU, threads, decoder, step -> requireRunning())
          .run(candidate, offsets, images)
          .addTo(candidate)
          .certificates()
          .forEach(certificate -> log.accept(line(certificate)));
    } catch (ServiceException e) {
      e.rethrowUnless(ErrorCode.BAD_DATASET, ErrorCode.BAD_CONFIGURATION, ErrorCode.NOT_EQUIVALENT);
      log.accept("not calibrated for int8: " + e.getMessage());
    } catch (CancellationException e) {
      // the caller stops too
    }
  }

  private void requireRunning() {
    if (mustStop.getAsBoolean()) {
      throw new CancellationException();
    }
  }

  private static List<CalibrationSet.Example> examples(List<Sample> samples) {
    return samples.stream()
        .map(it -> new CalibrationSet.Example(it.file(), OptionalInt.of(it.label())))
        .toList();
  }

  private static String line(AnswerCertificate certificate) {
    return "%s: %s"
        .formatted(
            certificate.precision().label(),
            certificate.refusal().orElse("may be served: float32's answers on validation images"));
  }
}
