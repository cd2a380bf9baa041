package io.github.vanillanet.model.repository;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The small trained model that the jar carries, so that a service with nothing configured gives
 * answers that mean something: a VanillaNet-6 on the ten classes of CIFAR-10, trained by this
 * project's own pipeline.
 */
public final class EmbeddedModel {

  /** What it is called in the repository. */
  public static final String NAME = "vanillanet-6-cifar10";

  private static final String FOLDER = "/embedded-model/";
  private static final ModelId ID = new ModelId(NAME, 1);
  private static final List<String> FILES =
      List.of(
          StoredVersion.ARTIFACT,
          StoredVersion.MANIFEST,
          StoredVersion.LABELS,
          StoredVersion.CHECKPOINT);

  private static final String SHA256 = artifactDigest();

  private EmbeddedModel() {}

  /** Whether a version is this model, not one that was trained under its name. */
  public static boolean isCopy(Manifest manifest) {
    return manifest.certificate().artifactSha256().equals(SHA256);
  }

  private static String artifactDigest() {
    try (InputStream manifest = open(StoredVersion.MANIFEST)) {
      return new ObjectMapper().readTree(manifest).at("/certificate/artifact_sha256").textValue();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Unpacks it, checks it as any other version, and publishes it. */
  public static StoredVersion publish(ModelRepository repository) {
    return unpacked(version -> repository.publishCopy(version, version.manifest().accuracy()));
  }

  /** What it is; its folder is gone. */
  public static StoredVersion described() {
    return unpacked(version -> version);
  }

  private static StoredVersion unpacked(UnaryOperator<StoredVersion> use) {
    try {
      Path unpacked = Files.createTempDirectory("vanillanet-embedded-");
      Path folder =
          Files.createDirectories(
              unpacked.resolve(ID.name()).resolve(Integer.toString(ID.version())));
      try {
        for (String file : FILES) {
          unpack(file, folder.resolve(file));
        }
        return use.apply(new ModelRepository(unpacked).open(ID));
      } finally {
        for (String file : FILES) {
          Files.deleteIfExists(folder.resolve(file));
        }
        Files.delete(folder);
        Files.delete(folder.getParent());
        Files.delete(unpacked);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the embedded model cannot be unpacked", e);
    }
  }

  private static void unpack(String file, Path target) throws IOException {
    try (InputStream content = open(file)) {
      Files.copy(content, target);
    }
  }

  private static InputStream open(String file) {
    InputStream content = EmbeddedModel.class.getResourceAsStream(FOLDER + file);
    if (content == null) {
      throw new IllegalStateException("the jar lacks " + FOLDER + file);
    }
    return content;
  }
}
