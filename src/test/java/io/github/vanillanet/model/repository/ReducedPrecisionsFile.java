package io.github.vanillanet.model.repository;

import io.github.vanillanet.model.certify.AnswerCertificate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Writes the file of a calibrated version, for tests that need a certain verdict. */
public final class ReducedPrecisionsFile {

  private ReducedPrecisionsFile() {}

  public static void write(StoredVersion version, AnswerCertificate... certificates) {
    ReducedPrecisions reduced =
        new ReducedPrecisions(
            ReducedPrecisions.FORMAT,
            version.manifest().certificate().artifactSha256(),
            Instant.EPOCH,
            Optional.empty(),
            List.of(certificates));
    try {
      Files.writeString(version.folder().resolve(ReducedPrecisions.FILE), reduced.text());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
