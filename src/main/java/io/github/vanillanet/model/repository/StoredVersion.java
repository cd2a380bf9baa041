package io.github.vanillanet.model.repository;

import java.nio.file.Path;
import java.util.List;

/**
 * A published version on disk. Nothing of its artifact has been read yet.
 *
 * @param folder holds the files below
 * @param labels one for each class, in order
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
}
