package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.Sha256;
import io.github.vanillanet.base.image.ForeignFormat;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.image.RgbImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A listed file after it was read and decoded once.
 *
 * @param digest SHA-256 of the content; empty if the file cannot be used
 * @param width in pixels
 * @param height in pixels
 * @param problem why the file cannot be used
 */
record ScannedFile(
    ListedFile listed, String digest, int width, int height, Optional<Problem> problem) {

  private static final int FORMAT_BYTES = 64;

  /** Larger files are not photos and do not fit into an array. */
  private static final long MAX_BYTES = 1L << 30;

  /**
   * @param reason one line
   */
  record Problem(Finding.Kind kind, String reason) {}

  static ScannedFile read(ListedFile listed, ImageDecoder decoder) {
    try (InputStream in = Files.newInputStream(listed.file())) {
      byte[] start = in.readNBytes(FORMAT_BYTES);
      if (start.length == 0) {
        return unusable(listed, Finding.Kind.UNREADABLE_FILE, "the file is empty");
      }
      if (!decoder.recognises(start)) {
        return unusable(listed, Finding.Kind.NOT_AN_IMAGE, ForeignFormat.of(start));
      }
      if (Files.size(listed.file()) > MAX_BYTES) {
        return unusable(
            listed, Finding.Kind.UNREADABLE_FILE, "larger than %d bytes".formatted(MAX_BYTES));
      }
      byte[] content = Files.readAllBytes(listed.file());
      RgbImage image = decoder.decode(content, decoder.trainingRules());
      String digest = HexFormat.of().formatHex(Sha256.digest().digest(content));
      return new ScannedFile(listed, digest, image.width(), image.height(), Optional.empty());
    } catch (ServiceException e) {
      return unusable(listed, Finding.Kind.UNREADABLE_FILE, e.getMessage());
    } catch (IOException e) {
      return unusable(listed, Finding.Kind.UNREADABLE_FILE, e.toString());
    }
  }

  private static ScannedFile unusable(ListedFile listed, Finding.Kind kind, String reason) {
    return new ScannedFile(listed, "", 0, 0, Optional.of(new Problem(kind, reason)));
  }
}
