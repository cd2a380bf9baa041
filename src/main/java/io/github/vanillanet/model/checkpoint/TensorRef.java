package io.github.vanillanet.model.checkpoint;

/**
 * A pickle's description of a tensor: a strided window of a storage, in elements. It is checked
 * against the storage only when it is loaded, because optimizer state is never loaded. The arrays
 * are never written.
 *
 * @param type torch's storage class or dtype
 */
record TensorRef(StorageRef storage, String type, long offset, long[] shape, long[] strides) {}
