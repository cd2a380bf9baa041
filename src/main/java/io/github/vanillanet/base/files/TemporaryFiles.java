package io.github.vanillanet.base.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Temporary files in the folder of the process, see {@link ProcessFolder}. The JDK's methods
 * without a folder use the one that was set when the JVM started.
 */
public final class TemporaryFiles {

  private TemporaryFiles() {}

  /** Creates an empty file. The caller deletes it. */
  public static Path file(String prefix, String suffix) throws IOException {
    return Files.createTempFile(parent(), prefix, suffix);
  }

  /** Creates a folder. The caller deletes it. */
  public static Path folder(String prefix) throws IOException {
    return Files.createTempDirectory(parent(), prefix);
  }

  private static Path parent() {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }
}
