package io.github.vanillanet.model.quantize;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.TemporaryFiles;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.base.image.RgbImage;
import io.github.vanillanet.model.certify.AnswerCertificate;
import io.github.vanillanet.model.engine.DerivedArtifact;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.PrecisionProbe;
import io.github.vanillanet.model.engine.RangeRecorder;
import io.github.vanillanet.model.engine.TorchInstance;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.ActivationRanges;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.Precision;
import io.github.vanillanet.model.repository.Manifest;
import io.github.vanillanet.model.repository.ReducedPrecisions;
import io.github.vanillanet.model.repository.StoredVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Calibrates a version: measures the ranges of its activations, and compares the answers of each
 * reduced precision that the device supports with those of float32. Images are decoded and
 * preprocessed as in the service.
 *
 * @param threads of one forward on a CPU
 * @param progress receives the name of each step
 */
public record Quantization(
    TorchRuntime runtime,
    Device device,
    int threads,
    ImageDecoder decoder,
    Consumer<String> progress) {

  /** Largest share of one class among float32's answers to images without labels. */
  private static final double LARGEST_ANSWER = 2 / 3.0;

  private static final int PROGRESS_STEP = 50;

  /**
   * @param offsets as in {@code SafetyNet}
   * @return with a certificate of each supported precision, also if it does not hold
   * @throws ServiceException {@code BAD_CONFIGURATION} if the device supports no reduced precision
   * @throws ServiceException {@code BAD_DATASET} if nearly all images show one class
   */
  public ReducedPrecisions run(StoredVersion version, List<Double> offsets, CalibrationSet images) {
    List<Precision> precisions = precisions();
    Float32 float32 = float32(version, images);
    AnswerComparison comparison = new AnswerComparison(images, offsets, float32.logits());
    requireSeveralAnswers(version, images, comparison);
    List<AnswerCertificate> certificates = new ArrayList<>();
    for (Precision precision : precisions) {
      Arithmetic arithmetic = new Arithmetic(precision, false);
      try (Loaded reduced =
          load(
              version,
              (published, net, preprocessing, file) ->
                  DerivedArtifact.write(
                      published,
                      net,
                      preprocessing,
                      arithmetic,
                      Optional.of(float32.ranges()),
                      file))) {
        float[][][] found = {
          reduced.answers(images.ranges(), "ranges in " + precision.label()),
          reduced.answers(images.judgement(), "judgement in " + precision.label())
        };
        certificates.add(comparison.certificate(precision, found, reduced.probes()));
      }
    }
    return new ReducedPrecisions(
        ReducedPrecisions.FORMAT,
        version.manifest().certificate().artifactSha256(),
        Instant.now().truncatedTo(ChronoUnit.SECONDS),
        precisions.contains(Precision.INT8) ? Optional.of(float32.ranges()) : Optional.empty(),
        certificates);
  }

  /** The reduced precisions that the device supports. */
  private List<Precision> precisions() {
    List<String> reasons = new ArrayList<>();
    List<Precision> supported = new ArrayList<>();
    for (Precision precision : List.of(Precision.INT8, Precision.BFLOAT16, Precision.FLOAT16)) {
      Optional<String> reason = PrecisionProbe.unsupported(runtime, device, precision);
      reason.ifPresentOrElse(
          it -> reasons.add(precision.label() + ": " + it), () -> supported.add(precision));
    }
    if (supported.isEmpty()) {
      throw BAD_CONFIGURATION.error(
          "%s supports no reduced precision: %s", device, String.join("; ", reasons));
    }
    return supported;
  }

  /** Float32's answers to both halves, and the ranges of the first one. */
  private record Float32(float[][][] logits, ActivationRanges ranges) {}

  private Float32 float32(StoredVersion version, CalibrationSet images) {
    try (Loaded exact = load(version, DerivedArtifact::writeForCalibration)) {
      RangeRecorder recorder = new RangeRecorder();
      float[][][] logits = {
        exact.answers(
            images.ranges(),
            "ranges in float32",
            pixels -> recorder.add(exact.instance().activations(pixels, 1))),
        exact.answers(images.judgement(), "judgement in float32")
      };
      return new Float32(
          logits, recorder.ranges(Network.of(version.manifest().architecture(), Form.DEPLOYED)));
    }
  }

  /** A folder of images of one class has mostly answers of this class, whatever the model. */
  private static void requireSeveralAnswers(
      StoredVersion version, CalibrationSet images, AnswerComparison comparison) {
    if (!images.labelled() && version.labels().size() > 1) {
      CalibrationSet.requireSeveralClasses(
          Stream.of(comparison.exact()).flatMap(Stream::of).mapToInt(comparison::best).toArray(),
          LARGEST_ANSWER,
          "add images of other classes, or sort the images into folders that are named as labels");
    }
  }

  /** Writes an artifact that is derived from the published one. */
  private interface Derivation {
    void write(Path published, Architecture net, Preprocessing preprocessing, Path file)
        throws IOException;
  }

  private Loaded load(StoredVersion version, Derivation derivation) {
    Manifest manifest = version.manifest();
    try {
      Path file = TemporaryFiles.file("vanillanet-", ".pt");
      try {
        derivation.write(
            version.artifact(), manifest.architecture(), manifest.preprocessing(), file);
        TorchInstance instance =
            TorchInstance.load(
                runtime,
                file,
                device,
                manifest.architecture().inputHeight(),
                manifest.architecture().inputWidth(),
                threads);
        instance.attachToThread();
        return new Loaded(version, instance);
      } finally {
        Files.delete(file);
      }
    } catch (IOException | UncheckedIOException e) {
      throw BAD_CONFIGURATION.error(
          e,
          "cannot write a temporary artifact in %s: %s",
          System.getProperty("java.io.tmpdir"),
          e);
    }
  }

  /** A loaded artifact that answers images on this thread. */
  private final class Loaded implements AutoCloseable {

    private final StoredVersion version;
    private final TorchInstance instance;
    private final ByteBuffer pixels;

    Loaded(StoredVersion version, TorchInstance instance) {
      this.version = version;
      this.instance = instance;
      int height = version.manifest().architecture().inputHeight();
      int width = version.manifest().architecture().inputWidth();
      this.pixels = InputKind.IMAGES.buffer(1, height, width);
    }

    TorchInstance instance() {
      return instance;
    }

    float[][] answers(List<CalibrationSet.Example> examples, String step) {
      return answers(examples, step, image -> {});
    }

    /**
     * @param also receives the pixels of each image
     */
    float[][] answers(
        List<CalibrationSet.Example> examples, String step, Consumer<ByteBuffer> also) {
      float[][] logits = new float[examples.size()][];
      for (int i = 0; i < logits.length; i++) {
        if (i % PROGRESS_STEP == 0) {
          progress.accept("%s: %d of %d images".formatted(step, i, logits.length));
        }
        logits[i] = answer(crop(examples.get(i).file()));
        also.accept(pixels);
      }
      return logits;
    }

    private float[] answer(RgbImage crop) {
      pixels.clear().put(crop.rgb()).flip();
      return instance.forward(InputKind.IMAGES, pixels, 1);
    }

    private RgbImage crop(Path file) {
      try {
        RgbImage decoded = decoder.decode(Files.readAllBytes(file));
        return version.manifest().preprocessing().apply(decoded);
      } catch (IOException e) {
        throw BAD_CONFIGURATION.error(e, "%s cannot be read any more: %s", file, e);
      }
    }

    /** The answers to the certificate's probes. */
    List<List<Float>> probes() {
      List<List<Float>> answers = new ArrayList<>();
      for (RgbImage probe :
          version
              .manifest()
              .certificate()
              .probes()
              .images(
                  version.manifest().architecture().inputHeight(),
                  version.manifest().architecture().inputWidth())) {
        List<Float> row = new ArrayList<>();
        for (float logit : answer(probe)) {
          row.add(logit);
        }
        answers.add(row);
      }
      return answers;
    }

    @Override
    public void close() {
      instance.close();
    }
  }
}
