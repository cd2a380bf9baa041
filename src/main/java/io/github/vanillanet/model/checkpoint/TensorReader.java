package io.github.vanillanet.model.checkpoint;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Turns described tensors into dense ones. A dense tensor is a view of its storage; any other is
 * copied. All tensors of a file together hold at most 64 MiB plus four times the file's size,
 * because a stride of 0 makes much of little.
 */
final class TensorReader {

  private final StorageSource storages;
  private final TensorMemory memory;
  private final Allowance allowance;

  TensorReader(StorageSource storages, TensorMemory memory, Allowance allowance) {
    this.storages = storages;
    this.memory = memory;
    this.allowance = allowance;
  }

  HostTensor read(String name, TensorRef tensor) {
    String shown = Refusal.quote(name);
    ScalarType type =
        ElementTypes.of(tensor.type())
            .orElseThrow(
                () ->
                    Refusal.of(
                        "%s: expected a floating or integer element type, found %s",
                        shown, Refusal.quote(tensor.type())));
    int width = type.bytes();
    long count = requireSmall(shown, tensor, width);
    allowance.take(count * width);
    long span = requireInside(shown, tensor, count, tensor.storage().byteSize() / width);
    ByteRange storage = storages.open(tensor.storage());
    ByteBuffer bytes = storage.slice(tensor.offset() * width, (int) (span * width));
    if (count == 0 || isDense(tensor)) {
      return HostTensor.wrap(type, tensor.shape(), bytes);
    }
    ByteBuffer dense = memory.allocate((int) (count * width));
    copy(tensor, width, bytes, dense.duplicate().order(dense.order()));
    return HostTensor.wrap(type, tensor.shape(), dense);
  }

  private static long requireSmall(String name, TensorRef tensor, int width) {
    long[] shape = tensor.shape();
    long[] strides = tensor.strides();
    if (shape.length != strides.length
        || Arrays.stream(shape).anyMatch(n -> n < 0)
        || Arrays.stream(strides).anyMatch(n -> n < 0)) {
      throw Refusal.of(
          "%s: expected as many strides as dimensions, none negative, found shape %s, strides %s",
          name, Arrays.toString(shape), Arrays.toString(strides));
    }
    long count = 1;
    for (long dimension : shape) {
      // A later 0 would make it empty, but torch refuses such shapes too once they overflow.
      if (dimension != 0 && count > Integer.MAX_VALUE / width / dimension) {
        throw Refusal.of(
            "%s: expected a tensor of at most 2 GiB, found shape %s of %d-byte elements",
            name, Arrays.toString(shape), width);
      }
      count *= dimension;
    }
    return count;
  }

  /** Number of elements from the first to the last that the tensor touches. */
  private static long requireInside(String name, TensorRef tensor, long count, long capacity) {
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
      throw Refusal.of(
          "%s: expected a window of storage %s with %d elements, found offset %d, shape %s,"
              + " strides %s",
          name,
          Refusal.quote(tensor.storage().key()),
          capacity,
          offset,
          Arrays.toString(tensor.shape()),
          Arrays.toString(tensor.strides()));
    }
    if (span > Integer.MAX_VALUE / 8) {
      return requireMappable(name, tensor, span);
    }
    return span;
  }

  private static long requireMappable(String name, TensorRef tensor, long span) {
    int width = ElementTypes.of(tensor.type()).orElseThrow().bytes();
    if (span > Integer.MAX_VALUE / width) {
      throw Refusal.of(
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
    int last = shape.length - 1;
    int inner = (int) shape[last];
    int innerStep = (int) strides[last] * width;
    long[] index = new long[shape.length];
    int row = 0;
    while (to.hasRemaining()) {
      copyRow(width, from, row, innerStep, inner, to);
      for (int d = last - 1; d >= 0; d--) {
        row += (int) strides[d] * width;
        if (++index[d] < shape[d]) {
          break;
        }
        row -= (int) (strides[d] * shape[d]) * width;
        index[d] = 0;
      }
    }
  }

  private static void copyRow(
      int width, ByteBuffer from, int start, int step, int count, ByteBuffer to) {
    int at = start;
    for (int i = 0; i < count; i++, at += step) {
      switch (width) {
        case 1 -> to.put(from.get(at));
        case 2 -> to.putShort(from.getShort(at));
        case 4 -> to.putInt(from.getInt(at));
        default -> to.putLong(from.getLong(at));
      }
    }
  }
}
