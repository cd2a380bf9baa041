package io.github.vanillanet.model.repository;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The small trained model in the jar, which is served when nothing is configured: a VanillaNet-6
 * for the ten classes of CIFAR-10, trained by this project's own pipeline.
 */
public final class EmbeddedModel {

  public static final String NAME = "vanillanet-6-cifar10";

  private static final String FOLDER = "/embedded-model/";
  private static final StoredVersion DESCRIBED = read();
  private static final List<String> FILES =
      Stream.concat(
              StoredVersion.files(DESCRIBED.manifest()).stream(), Stream.of(ReducedPrecisions.FILE))
          .toList();

  private EmbeddedModel() {}

  /** Its manifest and labels. The folder does not exist. */
  public static StoredVersion described() {
    return DESCRIBED;
  }

  /** Returns whether a version has this model's artifact; another model may have its name. */
  public static boolean isCopy(Manifest manifest) {
    return manifest
        .certificate()
        .artifactSha256()
        .equals(DESCRIBED.manifest().certificate().artifactSha256());
  }

  /** Adds it to a repository, unless it is there. */
  public static void publish(ModelRepository repository) {
    new VersionPublisher(repository)
        .publish(
            NAME,
            DESCRIBED.labels(),
            DESCRIBED::hasContentOf,
            folder -> {
              for (String file : FILES) {
                try (InputStream content = open(file)) {
                  Files.copy(content, folder.resolve(file));
                }
              }
              return DESCRIBED.manifest();
            });
  }

  private static StoredVersion read() {
    try (InputStream manifest = open(StoredVersion.MANIFEST);
        InputStream labels = open(StoredVersion.LABELS)) {
      return new StoredVersion(
          new ModelId(NAME, 1), Path.of(FOLDER), Manifest.read(manifest), Labels.read(labels));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the embedded model", e);
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
