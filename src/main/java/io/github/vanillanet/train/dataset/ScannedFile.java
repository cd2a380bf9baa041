package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.files.Sha256;
import io.github.vanillanet.base.image.ImageDecoder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;

/**
 * A file as the scan sees it. Only its first 4 KiB are read, so that a million photos take minutes.
 *
 * @param image whether it starts like an image
 * @param fingerprint hash of its length and its first bytes. Equal content has equal fingerprints;
 *     files with equal fingerprints may still differ
 */
record ScannedFile(Path file, boolean image, long fingerprint) {

  private static final int FINGERPRINT_BYTES = 4096;

  /**
   * @throws IOException if the file is empty or cannot be read
   */
  static ScannedFile read(Path file) throws IOException {
    byte[] start;
    try (InputStream in = Files.newInputStream(file)) {
      start = in.readNBytes(FINGERPRINT_BYTES);
    }
    if (start.length == 0) {
      throw new IOException("the file is empty");
    }
    MessageDigest digest = Sha256.digest();
    digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, Files.size(file)));
    digest.update(start);
    long fingerprint = ByteBuffer.wrap(digest.digest()).getLong();
    return new ScannedFile(file, ImageDecoder.recognises(start), fingerprint);
  }

  boolean sameContentAs(ScannedFile other) throws IOException {
    return fingerprint == other.fingerprint && Files.mismatch(file, other.file) < 0;
  }
}
