package io.github.vanillanet.model.repository;

import static io.github.vanillanet.base.error.ErrorCode.BAD_ARTIFACT;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.Sha256;
import io.github.vanillanet.model.certify.Certificate;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A published version on disk.
 *
 * @param folder has the four files below, and for a trained version those of {@link TrainingImages}
 *     and {@link ClassMeans}
 * @param labels one per class, in the order of the logits
 */
public record StoredVersion(ModelId id, Path folder, Manifest manifest, List<String> labels) {

  public static final String ARTIFACT = "model.pt";
  public static final String MANIFEST = "manifest.json";
  public static final String LABELS = "labels.txt";
  public static final String CHECKPOINT = "checkpoint.pth";

  public StoredVersion {
    labels = List.copyOf(labels);
  }

  public Path artifact() {
    return folder.resolve(ARTIFACT);
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
  static StoredVersion open(ModelId id, Path folder) {
    Manifest manifest = Manifest.read(folder.resolve(MANIFEST));
    int classes = manifest.architecture().classes();
    List<String> labels = read(folder.resolve(LABELS), Files::readAllLines);
    requireEqual(folder.resolve(LABELS) + ": number of labels", classes, labels.size());
    StoredVersion version = new StoredVersion(id, folder, manifest, labels);
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
        version.artifact() + ": SHA-256 of the certificate",
        read(version.artifact(), Sha256::of),
        certificate.artifactSha256());
    version.classMeans(); // fails if the file is damaged
    return version;
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
