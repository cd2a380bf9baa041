package io.github.vanillanet.model.checkpoint;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes pickles byte by byte, including invalid ones. */
final class PickleBytes {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  PickleBytes() {
    op(0x80, 2);
  }

  /** Raw bytes: opcodes and their arguments. */
  PickleBytes op(int... bytes) {
    for (int b : bytes) {
      out.write(b);
    }
    return this;
  }

  PickleBytes text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return op('X').i32(bytes.length).raw(bytes);
  }

  PickleBytes raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  PickleBytes i32(int value) {
    return raw(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
  }

  PickleBytes i64(long value) {
    return raw(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
  }

  PickleBytes number(long value) {
    return op(0x8a, 8).i64(value);
  }

  PickleBytes global(String module, String name) {
    return op('c').raw((module + '\n' + name + '\n').getBytes(StandardCharsets.UTF_8));
  }

  PickleBytes longs(long... values) {
    op('(');
    for (long value : values) {
      number(value);
    }
    return op('t');
  }

  /** A call of _rebuild_tensor_v2 on a storage. */
  PickleBytes tensor(
      String type, String key, long elements, long offset, long[] shape, long[] strides) {
    global("torch._utils", "_rebuild_tensor_v2").op('(', '(').text("storage");
    global("torch", type).text(key).text("cpu").number(elements).op('t', 'Q');
    number(offset).longs(shape).longs(strides);
    return op(0x89).global("collections", "OrderedDict").op(')', 'R', 't', 'R');
  }

  /** A dense float32 tensor that fills its storage. */
  PickleBytes floats(String key, long elements) {
    return tensor("FloatStorage", key, elements, 0, new long[] {elements}, new long[] {1});
  }

  /** The bytes so far. */
  byte[] bytes() {
    return out.toByteArray();
  }

  byte[] stop() {
    return op('.').bytes();
  }
}
