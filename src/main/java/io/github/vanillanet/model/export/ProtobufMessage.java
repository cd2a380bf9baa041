package io.github.vanillanet.model.export;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Builds a protocol buffers message. It does not copy values, so that a net of some hundred
 * megabytes needs little memory.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">the encoding</a>
 */
final class ProtobufMessage {

  private static final int VARINT = 0;
  private static final int LENGTH_DELIMITED = 2;
  private static final int LONGEST_VARINT = 10;

  private final List<ByteBuffer> parts = new ArrayList<>();
  private long length;

  ProtobufMessage number(int field, long value) {
    add(varint((long) field << 3 | VARINT));
    add(varint(value));
    return this;
  }

  /** A packed repeated field. */
  ProtobufMessage numbers(int field, long... values) {
    ProtobufMessage packed = new ProtobufMessage();
    for (long value : values) {
      packed.add(varint(value));
    }
    return message(field, packed);
  }

  ProtobufMessage text(int field, String value) {
    return bytes(field, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)));
  }

  ProtobufMessage bytes(int field, ByteBuffer value) {
    head(field, value.remaining());
    add(value);
    return this;
  }

  ProtobufMessage message(int field, ProtobufMessage value) {
    head(field, value.length);
    value.parts.forEach(this::add);
    return this;
  }

  private void head(int field, long size) {
    add(varint((long) field << 3 | LENGTH_DELIMITED));
    add(varint(size));
  }

  private void add(ByteBuffer part) {
    parts.add(part);
    length += part.remaining();
  }

  private static ByteBuffer varint(long value) {
    ByteBuffer bytes = ByteBuffer.allocate(LONGEST_VARINT);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes.put((byte) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    return bytes.put((byte) rest).flip();
  }

  void write(Path file) throws IOException {
    ByteBuffer[] remaining = parts.stream().map(ByteBuffer::duplicate).toArray(ByteBuffer[]::new);
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (long written = 0; written < length; ) {
        written += channel.write(remaining);
      }
    }
  }
}
