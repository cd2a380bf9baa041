package io.github.vanillanet.model.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/** Writes a zip64 whose records may be holes in the file. */
final class SparseZip implements Closeable {

  private record Entry(byte[] name, int crc, long size, long offset) {}

  private final FileChannel channel;
  private final List<Entry> entries = new ArrayList<>();
  private long at;

  SparseZip(Path file) throws IOException {
    channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  void stored(String name, byte[] data) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(data);
    header(name, (int) crc.getValue(), data.length);
    append(ByteBuffer.wrap(data));
  }

  /** Zeros with a wrong CRC: a reader that reads them fails. */
  void hole(String name, long size) throws IOException {
    header(name, 0xdead, size);
    at += size;
  }

  private void header(String name, int crc, long size) throws IOException {
    Entry entry = new Entry(name.getBytes(StandardCharsets.UTF_8), crc, size, at);
    entries.add(entry);
    ByteBuffer header = little(30 + entry.name.length + 20);
    header.putInt(0x04034b50).putShort((short) 45).putInt(0).putInt(0).putInt(crc);
    header.putInt(-1).putInt(-1).putShort((short) entry.name.length).putShort((short) 20);
    header.put(entry.name).putShort((short) 1).putShort((short) 16).putLong(size).putLong(size);
    append(header.flip());
  }

  @Override
  public void close() throws IOException {
    long start = at;
    for (Entry entry : entries) {
      ByteBuffer header = little(46 + entry.name.length + 28).putInt(0x02014b50);
      header.putInt(0x002d002d).putInt(0).putInt(0).putInt(entry.crc).putInt(-1).putInt(-1);
      header.putShort((short) entry.name.length).putShort((short) 28);
      header.position(42).putInt(-1).put(entry.name).putShort((short) 1).putShort((short) 24);
      append(header.putLong(entry.size).putLong(entry.size).putLong(entry.offset).flip());
    }
    long end = at;
    ByteBuffer tail = little(56 + 20 + 22).putInt(0x06064b50).putLong(44).putInt(0x002d002d);
    tail.putLong(0).putLong(entries.size()).putLong(entries.size());
    tail.putLong(end - start).putLong(start);
    tail.putInt(0x07064b50).putInt(0).putLong(end).putInt(1);
    tail.putInt(0x06054b50).putInt(0).putInt(-1).putLong(-1).putShort((short) 0);
    append(tail.flip());
    channel.close();
  }

  private void append(ByteBuffer bytes) throws IOException {
    int count = bytes.remaining();
    channel.write(bytes, at);
    at += count;
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
