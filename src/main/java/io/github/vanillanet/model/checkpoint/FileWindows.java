package io.github.vanillanet.model.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.util.HashMap;
import java.util.Map;

/**
 * Read-only views of any part of a file, also beyond the 2 GiB of one mapping. Views stay valid
 * after the channel is closed. Not thread-safe.
 *
 * <p>Windows start at multiples of 1 GiB and are up to 2 GiB long, so any range of at most 1 GiB
 * lies in one of them. A mapping for each record would be simpler, but Linux allows a process
 * 65,530 mappings, and a small file can name more records than that.
 */
final class FileWindows {

  static final int STEP = 1 << 30;

  private final FileChannel channel;
  private final long size;
  private final Map<Long, ByteBuffer> windows = new HashMap<>();

  FileWindows(FileChannel channel) throws IOException {
    this.channel = channel;
    this.size = channel.size();
  }

  long size() {
    return size;
  }

  /** Little-endian, position 0, capacity {@code length}. */
  ByteBuffer slice(long offset, long length) {
    if (offset < 0 || length < 0 || length > Integer.MAX_VALUE || offset > size - length) {
      throw Rejection.of(
          "expected %d bytes at offset %d, found the end of the file at %d", length, offset, size);
    }
    if (length > STEP) {
      return map(offset, length).order(ByteOrder.LITTLE_ENDIAN);
    }
    long start = offset / STEP * STEP;
    ByteBuffer window =
        windows.computeIfAbsent(start, from -> map(from, Math.min(Integer.MAX_VALUE, size - from)));
    return window.slice((int) (offset - start), (int) length).order(ByteOrder.LITTLE_ENDIAN);
  }

  private ByteBuffer map(long offset, long length) {
    try {
      return channel.map(MapMode.READ_ONLY, offset, length);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
