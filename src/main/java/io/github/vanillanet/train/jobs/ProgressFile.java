package io.github.vanillanet.train.jobs;

import io.github.vanillanet.base.json.RecordJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * {@code progress.jsonl}: one line of JSON per {@link Progress}. One process appends; any number of
 * threads and processes read. Readers see only complete lines and skip lines of another form.
 */
public final class ProgressFile {

  private static final int LAST_BYTES = 16 << 10;
  private static final int BACKLOG_BYTES = 256 << 10;

  private final Path file;

  ProgressFile(Path file) {
    this.file = file;
  }

  /** Appends a line, after completing a line that a crashed writer left unfinished. */
  public void append(Progress progress) {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      String line = (endsInLine(channel) ? "\n" : "") + RecordJson.write(progress) + "\n";
      ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
      long at = channel.size();
      while (bytes.hasRemaining()) {
        at += channel.write(bytes, at);
      }
    } catch (IOException e) {
      throw JobFile.unusable(file, e);
    }
  }

  private static boolean endsInLine(FileChannel channel) throws IOException {
    ByteBuffer last = ByteBuffer.allocate(1);
    return channel.size() > 0 && channel.read(last, channel.size() - 1) == 1 && last.get(0) != '\n';
  }

  public Optional<Progress> last() {
    return parse(FileTail.read(file, 0, LAST_BYTES)).reduce((before, after) -> after);
  }

  private static Stream<Progress> parse(FileTail tail) {
    return tail.complete()
        .text()
        .lines()
        .flatMap(line -> RecordJson.parse(line, Progress.class).stream());
  }

  public Tail tail() {
    return new Tail(file);
  }

  /** Reads a progress file while it grows. Not thread-safe. */
  public static final class Tail {

    private final Path file;
    private long position;

    private Tail(Path file) {
      this.file = file;
    }

    /**
     * Lines completed since the last call. Drops the oldest lines of a backlog of more than 256 KB,
     * because only the current state matters to the readers.
     */
    public List<Progress> next() {
      FileTail tail = FileTail.read(file, position, BACKLOG_BYTES).complete();
      position = tail.end();
      return parse(tail).toList();
    }
  }
}
