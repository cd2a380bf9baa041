package io.github.vanillanet.model.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Memory for tensors. Small ones live on the heap; large ones in a mapping of an unlinked temporary
 * file, which counts neither against the heap nor against the JVM's direct-memory limit, and which
 * the collector unmaps: a 1 GB network is fused in a 512 MB heap.
 */
final class Scratch {

  private static final long LARGEST_ON_HEAP = 1 << 20;

  private Scratch() {}

  /** Zeroed, writable, little-endian. */
  static ByteBuffer allocate(long bytes) {
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "one tensor may hold at most 2 GiB, asked for " + bytes + " bytes");
    }
    ByteBuffer memory =
        bytes <= LARGEST_ON_HEAP ? ByteBuffer.allocate((int) bytes) : mapTemporaryFile(bytes);
    return memory.order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer mapTemporaryFile(long bytes) {
    try {
      Path file = Files.createTempFile("vanillanet-", ".tensor");
      long free = Files.getFileStore(file).getUsableSpace();
      if (bytes > free) { // a mapping that cannot be filled ends the JVM by a signal
        Files.delete(file);
        throw new IOException(
            "the temporary folder %s has %d bytes left".formatted(file.getParent(), free));
      }
      try (FileChannel channel =
          FileChannel.open(
              file,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE)) {
        return channel.map(MapMode.READ_WRITE, 0, bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("no scratch memory for a tensor of " + bytes + " bytes", e);
    }
  }
}
