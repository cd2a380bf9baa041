package io.github.vanillanet.train.jobs;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The end of a text file to which a process appends.
 *
 * @param from offset of the first byte in the file
 */
record FileTail(long from, byte[] bytes) {

  /**
   * Reads the bytes from {@code start} on, at most the last {@code most}; empty if there is no
   * file.
   */
  static FileTail read(Path file, long start, int most) {
    if (!Files.exists(file)) {
      return new FileTail(start, new byte[0]);
    }
    try (RandomAccessFile reader = new RandomAccessFile(file.toFile(), "r")) {
      long length = reader.length();
      long from = Math.max(start, length - most);
      byte[] bytes = new byte[(int) Math.max(0, length - from)];
      reader.seek(from);
      reader.readFully(bytes);
      return new FileTail(from, bytes);
    } catch (IOException e) {
      throw JobFile.unusable(file, e);
    }
  }

  FileTail complete() {
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] != '\n') {
      end--;
    }
    return new FileTail(from, Arrays.copyOf(bytes, end));
  }

  long end() {
    return from + bytes.length;
  }

  String text() {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
