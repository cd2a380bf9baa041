package io.github.vanillanet.model.network;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Which methods a published artifact has. Nothing in the file is executed. */
public final class ArtifactMethods {

  private ArtifactMethods() {}

  /**
   * Returns whether an artifact has the methods that return the last maps. Artifacts of early
   * releases lack them.
   */
  public static boolean hasMaps(Path artifact) throws IOException {
    try (ZipFile archive = new ZipFile(artifact.toFile())) {
      for (ZipEntry entry : Collections.list(archive.entries())) {
        if (entry.getName().endsWith("/code/__torch__.py")) {
          byte[] source = archive.getInputStream(entry).readAllBytes();
          return new String(source, StandardCharsets.UTF_8).contains("def forward_maps(");
        }
      }
      return false;
    }
  }
}
