package io.github.vanillanet.model.bucket;

import static io.github.vanillanet.base.error.ErrorCode.BAD_ARTIFACT;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.FolderState;
import io.github.vanillanet.base.files.Sha256;
import io.github.vanillanet.model.repository.StoredVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The SHA-256 digests of a version's files, as the object {@code SHA256SUMS} that {@code sha256sum
 * -c} reads. It identifies the version. A file that may be added later has a digest in itself and
 * is not listed.
 */
record FileDigests(Map<String, String> digests) {

  static final String FILE = "SHA256SUMS";

  private static final int DIGEST_LENGTH = 64;
  private static final String SEPARATOR = "  ";

  FileDigests {
    digests = new TreeMap<>(digests);
  }

  static FileDigests of(Path folder) throws IOException {
    Map<String, String> digests = new TreeMap<>();
    for (FolderState.Entry file : FolderState.of(folder).files()) {
      if (!StoredVersion.ADDED_LATER.contains(file.name()) && !file.name().equals(FILE)) {
        digests.put(file.name(), Sha256.of(folder.resolve(file.name())));
      }
    }
    return new FileDigests(digests);
  }

  String text() {
    return digests.entrySet().stream()
        .map(file -> file.getValue() + SEPARATOR + file.getKey() + "\n")
        .collect(Collectors.joining());
  }

  /**
   * Compares files with the list among them. Does nothing without a list: then only the certificate
   * proves the version.
   *
   * @throws ServiceException {@code BAD_ARTIFACT} if a file is missing or has other bytes
   */
  static void verify(Path folder) throws IOException {
    Path list = folder.resolve(FILE);
    if (!Files.exists(list)) {
      return;
    }
    Set<String> files =
        FolderState.of(folder).files().stream()
            .map(FolderState.Entry::name)
            .collect(Collectors.toSet());
    for (String line : Files.readAllLines(list, StandardCharsets.ISO_8859_1)) {
      if (line.length() <= DIGEST_LENGTH + SEPARATOR.length()) {
        throw BAD_ARTIFACT.error("%s: expected a digest and a file, found '%s'", list, line);
      }
      String name = line.substring(DIGEST_LENGTH + SEPARATOR.length());
      if (!files.contains(name)) {
        throw BAD_ARTIFACT.error("%s lists %s, which is missing", list, name);
      }
      String expected = line.substring(0, DIGEST_LENGTH);
      Path file = folder.resolve(name);
      String found = Sha256.of(file);
      if (!found.equals(expected)) {
        throw BAD_ARTIFACT.error("%s: SHA-256: expected %s, found %s", file, expected, found);
      }
    }
  }
}
