package io.github.vanillanet.model.checkpoint;

/**
 * A tensor as the pickle describes it: a strided window of a storage, in elements. Not checked
 * against the storage yet: optimizer state is never loaded. Nobody writes the arrays.
 *
 * @param type torch's storage class or dtype
 */
record TensorRef(StorageRef storage, String type, long offset, long[] shape, long[] strides) {}
