package io.github.vanillanet.model.repository;

import static io.github.vanillanet.base.error.ErrorCode.BAD_ARTIFACT;
import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;
import static io.github.vanillanet.base.error.ErrorCode.NOT_EQUIVALENT;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.Sha256;
import io.github.vanillanet.model.certify.AnswerCertificate;
import io.github.vanillanet.model.certify.Certificate;
import io.github.vanillanet.model.certify.SafetyNet;
import io.github.vanillanet.model.checkpoint.TorchCheckpoint;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Precision;
import io.github.vanillanet.model.network.ShapeReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A published version on disk.
 *
 * @param folder has the four files below, and for a trained version those of {@link TrainingImages}
 *     and {@link ClassMeans}, and for a calibrated version that of {@link ReducedPrecisions}
 * @param labels one per class, in the order of the logits
 */
public record StoredVersion(ModelId id, Path folder, Manifest manifest, List<String> labels) {

  public static final String ARTIFACT = "model.pt";
  public static final String MANIFEST = "manifest.json";
  public static final String LABELS = "labels.txt";
  public static final String CHECKPOINT = "checkpoint.pth";

  /** Files that may be added to a published version; each has a digest in itself. */
  public static final List<String> ADDED_LATER = List.of(ReducedPrecisions.FILE);

  public StoredVersion {
    labels = List.copyOf(labels);
  }

  public Path artifact() {
    return folder.resolve(ARTIFACT);
  }

  /**
   * The form of the weights in its checkpoint.
   *
   * @throws ServiceException {@code BAD_CHECKPOINT} if the file is missing or damaged
   */
  public Form checkpointForm() {
    return ShapeReader.form(
        TorchCheckpoint.read(folder.resolve(CHECKPOINT), Optional.empty()).weights());
  }

  /**
   * The images that it was trained on; empty if they are not known.
   *
   * @throws ServiceException {@code BAD_ARTIFACT} if their file is missing or damaged
   */
  public Optional<TrainingImages> trainingImages() {
    return manifest.trainingImages().map(summary -> TrainingImages.read(folder, summary));
  }

  /**
   * The features behind the hint of the manifest, if there is one.
   *
   * @throws ServiceException {@code BAD_ARTIFACT} if their file is missing or damaged
   */
  public Optional<ClassMeans> classMeans() {
    Architecture net = manifest.architecture();
    return manifest
        .domain()
        .map(hint -> ClassMeans.read(folder, hint, net.classes(), net.width(net.blocks())));
  }

  /**
   * The last layer of the artifact.
   *
   * @throws ServiceException {@code BAD_ARTIFACT} if the artifact is missing or damaged
   */
  public Classifier classifier() {
    return Classifier.read(this);
  }

  /**
   * What calibration images showed about reduced precisions; empty if the version was not
   * calibrated.
   *
   * @throws ServiceException {@code BAD_ARTIFACT} if the file is damaged or for another artifact
   */
  public Optional<ReducedPrecisions> reducedPrecisions() {
    return ReducedPrecisions.read(folder, manifest.certificate().artifactSha256());
  }

  /**
   * The reduced precisions whose certificate holds, the fastest one on a CPU first. Whether a
   * device supports them is not checked, see {@code PrecisionProbe}.
   *
   * @throws ServiceException as {@link #reducedPrecisions}
   */
  public List<Precision> certifiedPrecisions() {
    Optional<ReducedPrecisions> reduced = reducedPrecisions();
    return Stream.of(Precision.INT8, Precision.BFLOAT16, Precision.FLOAT16)
        .filter(
            precision ->
                reduced
                    .flatMap(it -> it.certificate(precision))
                    .filter(it -> it.refusal().isEmpty())
                    .isPresent())
        .toList();
  }

  /**
   * The safety net of a precision. Its margins are those of the served probabilities.
   *
   * @return empty for float32, and for a precision without a certificate that is bounded by its
   *     logits instead
   * @throws ServiceException {@code BAD_CONFIGURATION} for int8 without a certificate, {@code
   *     NOT_EQUIVALENT} if the certificate does not hold
   * @throws ServiceException as {@link #reducedPrecisions}
   */
  public Optional<SafetyNet> safetyNet(Precision precision) {
    if (precision == Precision.FLOAT32 || precision == Precision.TF32) {
      return Optional.empty();
    }
    Optional<AnswerCertificate> certificate =
        reducedPrecisions().flatMap(it -> it.certificate(precision));
    if (certificate.isEmpty() && precision == Precision.INT8) {
      throw BAD_CONFIGURATION.error(
          "%s cannot be served in int8, because it was not calibrated: run quantize %s with"
              + " --calibration and a folder of images, or choose another precision",
          id, id);
    }
    certificate
        .flatMap(AnswerCertificate::refusal)
        .ifPresent(
            reason -> {
              throw NOT_EQUIVALENT.error(
                  "%s cannot be served in %s: %s; choose another precision, or calibrate again"
                      + " with more images like those of the service",
                  id, precision.label(), reason);
            });
    return certificate.map(it -> new SafetyNet(it.threshold(), offsets()));
  }

  /** Adding these to the logits gives the order of the calibrated probabilities. */
  public List<Double> offsets() {
    return manifest.calibration().map(Calibration::offsets).orElse(List.of());
  }

  /** The files that a copy of this version with another manifest keeps. */
  List<String> kept() {
    return Stream.of(ARTIFACT, CHECKPOINT, ReducedPrecisions.FILE)
        .filter(file -> !file.equals(ReducedPrecisions.FILE) || Files.exists(folder.resolve(file)))
        .toList();
  }

  /**
   * What is wrong with a version's files, as far as it shows without reading the artifact. One
   * line.
   */
  public static Optional<String> visibleDamage(Path folder) {
    try {
      List<String> files = new ArrayList<>(files(Manifest.read(folder.resolve(MANIFEST))));
      files.add(LABELS);
      return files.stream()
          .map(folder::resolve)
          .filter(file -> !Files.isRegularFile(file))
          .map(file -> file + " is missing")
          .findFirst();
    } catch (ServiceException e) {
      return e.getMessage().lines().findFirst();
    }
  }

  /** The files of a version besides its manifest and labels. */
  static List<String> files(Manifest manifest) {
    List<String> files = new ArrayList<>(List.of(ARTIFACT, CHECKPOINT));
    manifest.trainingImages().ifPresent(images -> files.add(TrainingImages.FILE));
    manifest.domain().ifPresent(hint -> files.add(ClassMeans.FILE));
    return files;
  }

  /**
   * Reads and verifies a version: all files are there, the certificate holds, and it is for the
   * artifact's bytes.
   *
   * @throws ServiceException {@code BAD_ARTIFACT} or {@code NOT_EQUIVALENT} if not
   */
  public static StoredVersion open(ModelId id, Path folder) {
    StoredVersion version = read(id, folder);
    Manifest manifest = version.manifest();
    int classes = manifest.architecture().classes();
    requireEqual(folder.resolve(LABELS) + ": number of labels", classes, version.labels().size());
    Certificate certificate = manifest.certificate();
    requireEqual(
        folder + ": variant of the certificate",
        manifest.architecture().variant().officialName(),
        certificate.variant());
    // the strict bound is float32's; artifacts of other precisions are derived when they are loaded
    requireEqual(folder + ": precision", Precision.FLOAT32, manifest.precision());
    requireEqual(
        folder + ": precision of the certificate", Precision.FLOAT32, certificate.precision());
    certificate.requireHolds(classes);
    requireEqual(
        version.artifact() + ": SHA-256",
        certificate.artifactSha256(),
        read(version.artifact(), Sha256::of));
    version.classMeans(); // fails if the file is damaged
    return version;
  }

  /** Reads the manifest and the labels without any verification. */
  static StoredVersion read(ModelId id, Path folder) {
    return new StoredVersion(
        id,
        folder,
        Manifest.read(folder.resolve(MANIFEST)),
        read(folder.resolve(LABELS), Files::readAllLines));
  }

  /** Returns whether another version has the same artifact and labels. */
  boolean hasContentOf(StoredVersion other) {
    return manifest
            .certificate()
            .artifactSha256()
            .equals(other.manifest.certificate().artifactSha256())
        && labels.equals(other.labels);
  }

  private interface Reading<T> {
    T read(Path file) throws IOException;
  }

  private static <T> T read(Path file, Reading<T> reading) {
    try {
      return reading.read(file);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static void requireEqual(String what, Object expected, Object found) {
    if (!expected.equals(found)) {
      throw BAD_ARTIFACT.error("%s: expected %s, found %s", what, expected, found);
    }
  }

  static ServiceException unreadable(Path file, IOException e) {
    return BAD_ARTIFACT.error(
        e,
        Files.isRegularFile(file)
            ? "%s cannot be read: %s".formatted(file, e)
            : file + " is missing");
  }
}
