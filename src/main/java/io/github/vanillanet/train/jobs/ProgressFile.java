package io.github.vanillanet.train.jobs;

import io.github.vanillanet.base.json.RecordJson;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * A job's progress: one JSON object a line, only ever appended to. A line without an end is still
 * being written, or was cut off by the death of its writer; lines that are no progress are passed
 * over. One process appends, any number reads.
 */
public final class ProgressFile {

  private static final int TAIL_BYTES = 16 << 10;

  private final Path file;

  ProgressFile(Path file) {
    this.file = file;
  }

  Path path() {
    return file;
  }

  /** Appends a line in one write. A line that a dead writer left half is ended first. */
  public void append(Progress progress) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      String line = (endsInLine(channel) ? "\n" : "") + RecordJson.write(progress) + "\n";
      ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
      long at = channel.size();
      while (bytes.hasRemaining()) {
        at += channel.write(bytes, at);
      }
    }
  }

  private static boolean endsInLine(FileChannel channel) throws IOException {
    ByteBuffer last = ByteBuffer.allocate(1);
    return channel.size() > 0 && channel.read(last, channel.size() - 1) == 1 && last.get(0) != '\n';
  }

  /** The last complete line, if there is one. */
  public Optional<Progress> last() throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (RandomAccessFile reader = new RandomAccessFile(file.toFile(), "r")) {
      long from = Math.max(0, reader.length() - TAIL_BYTES);
      byte[] tail = new byte[(int) (reader.length() - from)];
      reader.seek(from);
      reader.readFully(tail);
      List<String> lines = completeLines(new String(tail, StandardCharsets.UTF_8));
      Collections.reverse(lines);
      return lines.stream()
          .flatMap(line -> RecordJson.parse(line, Progress.class).stream())
          .findFirst();
    }
  }

  /** A reader of its own, from the first line on. */
  public ProgressTail tail() {
    return new ProgressTail(this);
  }

  static List<String> completeLines(String text) {
    int end = text.lastIndexOf('\n') + 1;
    return new ArrayList<>(text.substring(0, end).lines().toList());
  }
}
