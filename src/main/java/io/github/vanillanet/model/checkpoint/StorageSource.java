package io.github.vanillanet.model.checkpoint;

/** Where the bytes of storages come from. */
@FunctionalInterface
interface StorageSource {

  /**
   * Opens a storage, once however often it is asked for: all its {@link StorageRef#byteSize()}
   * bytes are there and, where the format has a checksum, are checked.
   */
  ByteRange open(StorageRef storage);
}
