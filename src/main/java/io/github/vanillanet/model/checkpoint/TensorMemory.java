package io.github.vanillanet.model.checkpoint;

import io.github.vanillanet.base.files.TemporaryFiles;
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
 * Memory for tensors that are not views of a file. Small ones live on the heap; large ones in a
 * mapping of an unlinked temporary file, which counts neither against the heap nor against the
 * JVM's direct-memory limit and which the garbage collector unmaps. A 1 GB network is fused in a
 * heap of 512 MB.
 *
 * <p>An instance serves the inflated records and strided tensors of one file. It cuts small pieces
 * from common slabs, so that a thousand of them do not fill the heap. Not thread-safe.
 */
final class TensorMemory {

  private static final long LARGEST_ON_HEAP = 1 << 20;
  private static final int FIRST_SLAB = 1 << 20;
  private static final int LARGEST_SLAB = 32 << 20;

  private final Allowance allowance;
  private ByteBuffer slab = ByteBuffer.allocate(0);
  private int slabSize = FIRST_SLAB;

  TensorMemory(Allowance allowance) {
    this.allowance = allowance;
  }

  /** Zeroed, writable, little-endian, position 0. */
  ByteBuffer take(int bytes) {
    allowance.take(bytes);
    if (bytes > LARGEST_SLAB / 2) {
      return allocate(bytes);
    }
    int start = (slab.position() + 7) & ~7;
    if (bytes > slab.capacity() - start) {
      while (slabSize < bytes) {
        slabSize *= 2;
      }
      slab = allocate(slabSize);
      slabSize = Math.min(2 * slabSize, LARGEST_SLAB);
      start = 0;
    }
    slab.position(start + bytes);
    return slab.slice(start, bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Zeroed, writable, little-endian. Charged to no allowance. */
  static ByteBuffer allocate(long bytes) {
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "one tensor may hold at most 2 GiB, found " + bytes + " bytes");
    }
    ByteBuffer memory =
        bytes <= LARGEST_ON_HEAP ? ByteBuffer.allocate((int) bytes) : mapTemporaryFile(bytes);
    return memory.order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer mapTemporaryFile(long bytes) {
    try {
      Path file = TemporaryFiles.file("vanillanet-", ".tensor");
      long free = Files.getFileStore(file).getUsableSpace();
      if (bytes > free) { // writing to a mapping that does not fit ends the JVM with a signal
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
