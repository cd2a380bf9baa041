package io.github.vanillanet.train.jobs;

import io.github.vanillanet.base.json.RecordJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;

/** Follows a {@link ProgressFile} as it grows. For one thread at a time. */
public final class ProgressTail {

  private static final int MOST_BYTES = 256 << 10;

  private final ProgressFile file;
  private long position;

  ProgressTail(ProgressFile file) {
    this.file = file;
  }

  /**
   * Lines completed since the call before. Of a backlog over 256 KB the oldest are dropped: whoever
   * watches wants to know how it stands.
   */
  public List<Progress> next() throws IOException {
    if (!Files.exists(file.path())) {
      return List.of();
    }
    try (FileChannel channel = FileChannel.open(file.path())) {
      long from = Math.max(position, channel.size() - MOST_BYTES);
      ByteBuffer bytes = ByteBuffer.allocate((int) Math.max(0, channel.size() - from));
      int read = 0;
      while (bytes.hasRemaining() && read >= 0) {
        read = channel.read(bytes, from + bytes.position());
      }
      int complete = completeBytes(bytes.flip());
      position = from + complete;
      String text = new String(bytes.array(), 0, complete, StandardCharsets.UTF_8);
      return text.lines().flatMap(line -> RecordJson.parse(line, Progress.class).stream()).toList();
    }
  }

  private static int completeBytes(ByteBuffer bytes) {
    int end = bytes.limit();
    while (end > 0 && bytes.get(end - 1) != '\n') {
      end--;
    }
    return end;
  }
}
