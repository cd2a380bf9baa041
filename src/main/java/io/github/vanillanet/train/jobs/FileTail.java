package io.github.vanillanet.train.jobs;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The end of a text file that may be long. */
final class FileTail {

  private FileTail() {}

  /** At most the last {@code most} bytes as UTF-8; empty if there is no file. */
  static String text(Path file, int most) {
    if (!Files.exists(file)) {
      return "";
    }
    try (RandomAccessFile reader = new RandomAccessFile(file.toFile(), "r")) {
      long from = Math.max(0, reader.length() - most);
      byte[] tail = new byte[(int) (reader.length() - from)];
      reader.seek(from);
      reader.readFully(tail);
      return new String(tail, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw JobFolder.unusable(file, e);
    }
  }
}
