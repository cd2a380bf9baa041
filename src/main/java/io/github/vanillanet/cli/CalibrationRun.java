package io.github.vanillanet.cli;

import io.github.vanillanet.base.config.Settings;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.model.certify.AnswerCertificate;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.quantize.CalibrationSet;
import io.github.vanillanet.model.quantize.Quantization;
import io.github.vanillanet.model.repository.ReducedPrecisions;
import io.github.vanillanet.model.repository.StoredVersion;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Calibrates a version for a command, and prints a line for each precision. */
record CalibrationRun(TorchRuntime runtime, Device device, Terminal terminal) {

  /**
   * @throws ServiceException {@code BAD_DATASET} if the images cannot be used
   */
  static CalibrationSet images(Path folder, List<String> labels) {
    return CalibrationSet.ofFolder(folder, labels, decoder());
  }

  private static ImageDecoder decoder() {
    return new ImageDecoder(Settings.read().maxPixels());
  }

  /**
   * Adds the result to the version, also if a precision is refused.
   *
   * @return whether all compared precisions may be served
   */
  boolean run(StoredVersion version, CalibrationSet images, PrintWriter out) {
    ReducedPrecisions.requireWritable(version);
    int threads = Runtime.getRuntime().availableProcessors();
    ReducedPrecisions reduced =
        new Quantization(runtime, device, threads, decoder(), terminal::progress)
            .run(version, version.offsets(), images);
    reduced.addTo(version);
    terminal.close();
    for (AnswerCertificate certificate : reduced.certificates()) {
      out.println(line(version, certificate));
    }
    return reduced.certificates().stream().allMatch(it -> it.refusal().isEmpty());
  }

  private static String line(StoredVersion version, AnswerCertificate certificate) {
    String facts =
        String.format(
            Locale.ROOT,
            "float32's best class for %.2f %% of %d images, for %.2f %% with %.2f %% computed again"
                + " (margin below %.3g)%s, logits differ by up to %.1f %%",
            100 * certificate.rawAgreement(),
            certificate.judgementImages(),
            100 * certificate.agreement(),
            100 * certificate.recomputedShare(),
            certificate.threshold(),
            certificate
                .top1Change()
                .map(change -> String.format(Locale.ROOT, ", top-1 %+.2f points", 100 * change))
                .orElse(""),
            100 * certificate.logitDifference());
    return "%s %s %s: %s"
        .formatted(
            version.id(),
            certificate.precision().label(),
            certificate.refusal().map(reason -> "is refused: " + reason).orElse("may be served"),
            facts);
  }
}
