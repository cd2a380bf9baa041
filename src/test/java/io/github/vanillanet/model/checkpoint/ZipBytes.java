package io.github.vanillanet.model.checkpoint;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Writes zips byte by byte. Any header field can be changed. */
final class ZipBytes {

  /** The header fields of one entry. Their values may be wrong. */
  static final class Fields {
    String name = "";
    int flags;
    int method;
    long crc;
    long packed;
    long size;
    long offset;

    Fields copy() {
      Fields copy = new Fields();
      copy.name = name;
      copy.flags = flags;
      copy.method = method;
      copy.crc = crc;
      copy.packed = packed;
      copy.size = size;
      copy.offset = offset;
      return copy;
    }
  }

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final List<Fields> central = new ArrayList<>();

  ZipBytes stored(String name, byte[] data) {
    return entry(name, data, false, fields -> {}, fields -> {});
  }

  ZipBytes deflated(String name, byte[] data) {
    return entry(name, data, true, fields -> {}, fields -> {});
  }

  /** An entry whose correct local and central headers are changed by the given functions. */
  ZipBytes entry(
      String name, byte[] data, boolean deflate, Consumer<Fields> local, Consumer<Fields> wide) {
    CRC32 crc = new CRC32();
    crc.update(data);
    byte[] packed = deflate ? deflate(data) : data;
    Fields fields = new Fields();
    fields.name = name;
    fields.method = deflate ? 8 : 0;
    fields.crc = crc.getValue();
    fields.packed = packed.length;
    fields.size = data.length;
    fields.offset = out.size();
    Fields changed = fields.copy();
    local.accept(changed);
    ByteBuffer header = little(30).putInt(0x04034b50).putShort((short) 20);
    common(header, changed).putShort((short) 0);
    out.writeBytes(header.array());
    out.writeBytes(changed.name.getBytes(StandardCharsets.UTF_8));
    out.writeBytes(packed);
    wide.accept(fields);
    central.add(fields);
    return this;
  }

  /** A second directory entry for the bytes of the last one. */
  ZipBytes again(Consumer<Fields> change) {
    Fields fields = central.get(central.size() - 1).copy();
    change.accept(fields);
    central.add(fields);
    return this;
  }

  byte[] finish() {
    int start = out.size();
    for (Fields fields : central) {
      ByteBuffer header = little(46).putInt(0x02014b50).putShort((short) 20).putShort((short) 20);
      common(header, fields);
      header.putInt(42, (int) fields.offset);
      out.writeBytes(header.array());
      out.writeBytes(fields.name.getBytes(StandardCharsets.UTF_8));
    }
    int size = out.size() - start;
    ByteBuffer end = little(22).putInt(0x06054b50).putInt(0);
    end.putShort((short) central.size()).putShort((short) central.size());
    out.writeBytes(end.putInt(size).putInt(start).array());
    return out.toByteArray();
  }

  private static ByteBuffer common(ByteBuffer header, Fields fields) {
    header.putShort((short) fields.flags).putShort((short) fields.method).putInt(0);
    header.putInt((int) fields.crc).putInt((int) fields.packed).putInt((int) fields.size);
    return header.putShort((short) fields.name.getBytes(StandardCharsets.UTF_8).length);
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] deflate(byte[] data) {
    Deflater deflater = new Deflater(9, true);
    deflater.setInput(data);
    deflater.finish();
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    byte[] chunk = new byte[1 << 16];
    while (!deflater.finished()) {
      packed.write(chunk, 0, deflater.deflate(chunk));
    }
    deflater.end();
    return packed.toByteArray();
  }
}
