package io.github.vanillanet.model.checkpoint;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Loads tensors. A dense tensor becomes a view of its storage; any other tensor is copied. An
 * allowance bounds the total size, because a stride of 0 makes a large tensor from a small storage.
 */
record TensorReader(
    Function<StorageRef, ByteRange> storages, TensorMemory memory, Allowance allowance) {

  StateDict readAll(Map<String, TensorRef> tensors) {
    Map<String, HostTensor> loaded = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> loaded.put(name, read(name, tensor)));
    return new StateDict(loaded);
  }

  private HostTensor read(String name, TensorRef tensor) {
    String shown = Rejection.quote(name);
    ScalarType type = ScalarType.require(tensor.type(), shown);
    int width = type.bytes();
    long count = requireSmall(shown, tensor, width);
    allowance.take(count * width);
    long span = requireInside(shown, tensor, count, width);
    ByteRange storage = storages.apply(tensor.storage());
    ByteBuffer bytes = storage.slice(tensor.offset() * width, (int) (span * width));
    if (count == 0 || isDense(tensor)) {
      return new HostTensor(type, tensor.shape(), bytes);
    }
    ByteBuffer dense = memory.take((int) (count * width));
    copy(tensor, width, bytes, dense.duplicate().order(dense.order()));
    return new HostTensor(type, tensor.shape(), dense);
  }

  private static long requireSmall(String name, TensorRef tensor, int width) {
    long[] shape = tensor.shape();
    long[] strides = tensor.strides();
    if (shape.length != strides.length
        || Arrays.stream(shape).anyMatch(n -> n < 0)
        || Arrays.stream(strides).anyMatch(n -> n < 0)) {
      throw Rejection.of(
          "%s: expected as many strides as dimensions, none negative, found shape %s, strides %s",
          name, Arrays.toString(shape), Arrays.toString(strides));
    }
    long count = 1;
    for (long dimension : shape) {
      // A later 0 would make the tensor empty, but torch rejects overflowing shapes too.
      if (dimension != 0 && count > Integer.MAX_VALUE / width / dimension) {
        throw Rejection.of(
            "%s: expected a tensor of at most 2 GiB, found shape %s of %d-byte elements",
            name, Arrays.toString(shape), width);
      }
      count *= dimension;
    }
    return count;
  }

  /** Number of elements from the first to the last that the tensor touches. */
  private static long requireInside(String name, TensorRef tensor, long count, int width) {
    long capacity = tensor.storage().byteSize() / width;
    long offset = tensor.offset();
    long span = count == 0 ? 0 : 1;
    boolean inside = offset >= 0 && offset <= capacity - span;
    for (int i = 0; inside && count > 0 && i < tensor.shape().length; i++) {
      long steps = tensor.shape()[i] - 1;
      long stride = tensor.strides()[i];
      inside = steps == 0 || stride <= (capacity - offset - span) / steps;
      span += inside ? steps * stride : 0;
    }
    if (!inside) {
      throw Rejection.of(
          "%s: expected a window of storage %s with %d elements, found offset %d, shape %s,"
              + " strides %s",
          name,
          Rejection.quote(tensor.storage().key()),
          capacity,
          offset,
          Arrays.toString(tensor.shape()),
          Arrays.toString(tensor.strides()));
    }
    if (span > Integer.MAX_VALUE / width) {
      throw Rejection.of(
          "%s: expected a tensor spread over at most 2 GiB, found %d elements of %d bytes",
          name, span, width);
    }
    return span;
  }

  /** Dimensions of size 1 may have any stride: official 1x1 kernels have (in, 1, in, in). */
  private static boolean isDense(TensorRef tensor) {
    long expected = 1;
    for (int i = tensor.shape().length - 1; i >= 0; i--) {
      if (tensor.shape()[i] != 1 && tensor.strides()[i] != expected) {
        return false;
      }
      expected *= tensor.shape()[i];
    }
    return true;
  }

  private static void copy(TensorRef tensor, int width, ByteBuffer from, ByteBuffer to) {
    long[] shape = tensor.shape();
    long[] strides = tensor.strides();
    long[] index = new long[shape.length];
    long at = 0;
    while (to.hasRemaining()) {
      switch (width) {
        case 1 -> to.put(from.get((int) at));
        case 2 -> to.putShort(from.getShort((int) at * 2));
        case 4 -> to.putInt(from.getInt((int) at * 4));
        default -> to.putLong(from.getLong((int) at * 8));
      }
      for (int d = shape.length - 1; d >= 0; d--) {
        at += strides[d];
        if (++index[d] < shape[d]) {
          break;
        }
        at -= strides[d] * shape[d];
        index[d] = 0;
      }
    }
  }
}
