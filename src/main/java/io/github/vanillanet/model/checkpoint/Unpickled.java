package io.github.vanillanet.model.checkpoint;

import java.util.function.Function;

/**
 * The content of a checkpoint's pickle: inert values, and the storages that they name.
 *
 * @param storages opens a storage. All its {@link StorageRef#byteSize()} bytes are present, and
 *     where the format has a checksum, it is verified.
 */
record Unpickled(Object root, Function<StorageRef, ByteRange> storages) {

  static final long LARGEST_PICKLE = 64L << 20;

  /** Bounds the heap memory of all values of one file. */
  static Allowance objects() {
    return Allowance.fixed("the pickle's objects", 128L << 20);
  }
}
