package io.github.vanillanet.model.checkpoint;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The safetensors format: the length of a header as uint64, the header as JSON, then the bytes of
 * all tensors. Their ranges must be aligned to their element type and follow each other without a
 * gap from the first byte to the last.
 *
 * @see <a href="https://huggingface.co/docs/safetensors/index#format">the format</a>
 */
final class SafetensorsFormat {

  /** The limit of the official reader. */
  private static final long LARGEST_HEADER = 100_000_000;

  private final FileWindows file;
  private final long dataAt;
  private final SafetensorsHeader header;

  private SafetensorsFormat(FileWindows file) {
    this.file = file;
    long length = file.slice(0, Long.BYTES).getLong();
    long most = Math.min(LARGEST_HEADER, file.size() - Long.BYTES);
    if (length < 2 || length > most) {
      throw Rejection.of(
          "safetensors: expected a header of 2 to %d bytes, found a length of %s",
          most, Long.toUnsignedString(length));
    }
    this.dataAt = Long.BYTES + length;
    this.header = SafetensorsHeader.read(file.slice(Long.BYTES, length));
  }

  /**
   * The header is an object; its length of less than 4 GiB has zeros, or its first name a quote.
   */
  static boolean matches(ByteBuffer head) {
    return head.capacity() > Long.BYTES + 1
        && head.get(Long.BYTES) == '{'
        && (head.getInt(4) == 0 || head.get(Long.BYTES + 1) == '"');
  }

  static Unpickled read(FileWindows file) {
    return new SafetensorsFormat(file).read();
  }

  private Unpickled read() {
    PickleDict root = new PickleDict();
    Map<String, Long> begins = new HashMap<>();
    for (SafetensorsHeader.Entry entry : header.entries()) {
      requireSize(entry);
      begins.put(entry.name(), dataAt + entry.begin());
      root.put(entry.name(), tensor(entry));
    }
    requireNoGaps();
    root.put(SafetensorsHeader.METADATA, header.metadata());
    return new Unpickled(
        root, storage -> (from, length) -> file.slice(begins.get(storage.key()) + from, length));
  }

  private void requireSize(SafetensorsHeader.Entry entry) {
    long available = file.size() - dataAt;
    int width = entry.type().bytes();
    if (entry.begin() > entry.end() || entry.end() > available) {
      throw Rejection.of(
          "safetensors: %s: expected data_offsets within the %d bytes of data, found %d and %d",
          entry.shown(), available, entry.begin(), entry.end());
    }
    if (entry.begin() % width != 0) {
      throw Rejection.of(
          "safetensors: %s: expected an offset aligned to %d bytes, found %d",
          entry.shown(), width, entry.begin());
    }
    long bytes;
    try {
      bytes = Math.multiplyExact(HostTensor.elementCount(entry.shape()), (long) width);
    } catch (ArithmeticException e) {
      throw Rejection.of(
          "safetensors: %s: expected a shape of less than 2^63 bytes, found a larger one",
          entry.shown());
    }
    if (bytes != entry.end() - entry.begin()) {
      throw Rejection.of(
          "safetensors: %s: its shape and dtype take %d bytes, its data_offsets span %d",
          entry.shown(), bytes, entry.end() - entry.begin());
    }
  }

  private void requireNoGaps() {
    List<SafetensorsHeader.Entry> inOrder = new ArrayList<>(header.entries());
    inOrder.sort(
        Comparator.comparingLong(SafetensorsHeader.Entry::begin)
            .thenComparingLong(SafetensorsHeader.Entry::end));
    long at = 0;
    for (SafetensorsHeader.Entry entry : inOrder) {
      if (entry.begin() != at) {
        throw Rejection.of(
            "safetensors: expected %s to begin at offset %d, where the tensor before it ends,"
                + " found %d",
            entry.shown(), at, entry.begin());
      }
      at = entry.end();
    }
    long available = file.size() - dataAt;
    if (at != available) {
      throw Rejection.of(
          "safetensors: expected %d bytes of data after the header, found %d", at, available);
    }
  }

  private static TensorRef tensor(SafetensorsHeader.Entry entry) {
    long[] strides = new long[entry.shape().length];
    long stride = 1;
    for (int i = strides.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= Math.max(1, entry.shape()[i]);
    }
    String type = entry.type().storageClass();
    long elements = HostTensor.elementCount(entry.shape());
    return new TensorRef(
        new StorageRef(type, entry.name(), elements), type, 0, entry.shape(), strides);
  }
}
