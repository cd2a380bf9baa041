package io.github.vanillanet.train.jobs;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The last lines of a log: where a process that died tells why. */
final class LogTail {

  private static final int BYTES = 4 << 10;
  private static final int LINES = 8;

  private LogTail() {}

  /** At most 8 lines; none if there is no log. */
  static List<String> of(Path log) throws IOException {
    if (!Files.exists(log)) {
      return List.of();
    }
    try (RandomAccessFile reader = new RandomAccessFile(log.toFile(), "r")) {
      long from = Math.max(0, reader.length() - BYTES);
      byte[] tail = new byte[(int) (reader.length() - from)];
      reader.seek(from);
      reader.readFully(tail);
      List<String> lines =
          new String(tail, StandardCharsets.UTF_8).lines().filter(l -> !l.isBlank()).toList();
      return lines.subList(Math.max(0, lines.size() - LINES), lines.size());
    }
  }
}
