package io.github.vanillanet.model.checkpoint;

/** A file after its pickle was read: inert values and, still unread, the storages they name. */
record Unpickled(Object root, StorageSource storages) {

  static final long LARGEST_PICKLE = 64L << 20;

  /** What all values of one file may take on the heap. */
  static Allowance objects() {
    return Allowance.fixed("the pickle's objects", 128L << 20);
  }
}
