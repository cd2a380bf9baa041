package io.github.vanillanet.cli.classify;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;
import static io.github.vanillanet.base.error.ErrorCode.CONFLICT;

import io.github.vanillanet.base.error.ServiceException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The file of the results. Each record is written at once and ends with a line break, so that a run
 * that was killed leaves at most one incomplete record, at the end. The file is locked while it is
 * open. One thread.
 */
public final class ResultFile implements AutoCloseable {

  private static final int MAX_RECORD_BYTES = 1 << 20;

  private final Path path;
  private final FileChannel channel;
  private final ResultFormat format;
  private final int topK;
  private final FileNames finished = new FileNames();
  private long results;
  private long failures;

  private ResultFile(Path path, FileChannel channel, ResultFormat format, int topK) {
    this.path = path;
    this.channel = channel;
    this.format = format;
    this.topK = topK;
  }

  /**
   * Creates the file, or continues it.
   *
   * @param resume reads the results of an earlier run, and removes an incomplete record at the end
   * @throws ServiceException {@code CONFLICT} if the file exists and is not to be continued, or if
   *     another process writes it
   */
  public static ResultFile open(Path path, ResultFormat format, int topK, boolean resume)
      throws IOException {
    FileChannel channel;
    try {
      channel =
          FileChannel.open(
              path,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              resume ? StandardOpenOption.CREATE : StandardOpenOption.CREATE_NEW);
    } catch (FileAlreadyExistsException e) {
      throw CONFLICT.error("%s exists; continue it with --resume, or delete it", path);
    } catch (NoSuchFileException e) {
      throw BAD_CONFIGURATION.error("--out: the folder of %s does not exist", path);
    }
    try {
      ResultFile file = new ResultFile(path, channel, format, topK);
      file.lock();
      file.recover();
      return file;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private void lock() throws IOException {
    try {
      if (channel.tryLock() != null) { // released when the channel is closed
        return;
      }
    } catch (OverlappingFileLockException e) {
      // reported below
    }
    throw CONFLICT.error("another process writes %s", path);
  }

  /** Reads all complete records and cuts off what follows the last one. */
  private void recover() throws IOException {
    InputStream in = new BufferedInputStream(Channels.newInputStream(channel), 1 << 16);
    ByteArrayOutputStream record = new ByteArrayOutputStream();
    long complete = 0;
    long records = 0;
    boolean quoted = false;
    for (int value = in.read(); value >= 0; value = in.read()) {
      record.write(value);
      if (value == '"' && format == ResultFormat.CSV) {
        quoted = !quoted; // a line break inside quotes does not end the record
      }
      if (record.size() > MAX_RECORD_BYTES) {
        throw notAResult(records + 1);
      }
      if (value == '\n' && !quoted) {
        read(record.toString(StandardCharsets.UTF_8), records++);
        complete += record.size();
        record.reset();
      }
    }
    channel.truncate(complete);
    channel.position(complete);
    if (records == 0 && format.head(topK).isPresent()) {
      write(format.head(topK).get());
    }
  }

  private void read(String record, long number) {
    if (number == 0 && format.head(topK).isPresent()) {
      if (!record.equals(format.head(topK).get())) {
        throw BAD_CONFIGURATION.error(
            "%s: expected the columns %s; use the --top-k and the --format of the first run",
            path, format.head(topK).get().strip());
      }
      return;
    }
    ResultFormat.Recorded result = format.read(record).orElseThrow(() -> notAResult(number + 1));
    finished.add(result.file());
    results++;
    failures += result.failed() ? 1 : 0;
  }

  private ServiceException notAResult(long number) {
    return BAD_CONFIGURATION.error("%s: record %d is not a result of this command", path, number);
  }

  /** Whether an earlier run has written the result of a file. */
  boolean has(String file) {
    return finished.contains(file);
  }

  /** The number of results of earlier runs. */
  public long results() {
    return results;
  }

  /** The number of failures among them. */
  public long failures() {
    return failures;
  }

  boolean isSameFile(Path other) throws IOException {
    return Files.isSameFile(path, other);
  }

  void write(String record) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(record.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  @Override
  public void close() throws IOException {
    channel.force(true);
    channel.close();
  }
}
