package io.github.vanillanet.base.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Builds small files that declare, repeat or hide much work. */
final class Bombs {

  private static final byte[] PNG_SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10};
  private static final int SOS = 0xda;
  private static final int SOF0 = 0xc0;
  private static final int SOF2 = 0xc2;

  private Bombs() {}

  /** A PNG of zero bytes. The data hold {@code inflated} of them. */
  static byte[] png(int width, int height, int depth, int type, boolean interlaced, int inflated) {
    return concat(
        PNG_SIGNATURE,
        ihdr(width, height, depth, type, interlaced),
        chunk("IDAT", deflate(new byte[inflated])),
        chunk("IEND"));
  }

  /** An 8x8 RGB picture with chunks before its data. */
  static byte[] pngWith(byte[] chunk, int times) {
    return concat(
        PNG_SIGNATURE,
        ihdr(8, 8, 8, 2, false),
        repeat(chunk, times),
        chunk("IDAT", deflate(new byte[8 * 25])),
        chunk("IEND"));
  }

  /** Data of {@code blocks} compressed blocks that hold nothing. */
  static byte[] pngOfEmptyBlocks(int blocks) {
    byte[] stored = {0, 0, 0, -1, -1};
    return concat(
        PNG_SIGNATURE,
        ihdr(8, 8, 8, 2, false),
        chunk("IDAT", concat(new byte[] {0x78, 1}, repeat(stored, blocks))),
        chunk("IEND"));
  }

  private static byte[] ihdr(int width, int height, int depth, int type, boolean interlaced) {
    return chunk(
        "IHDR",
        ByteBuffer.allocate(13)
            .putInt(width)
            .putInt(height)
            .put((byte) depth)
            .put((byte) type)
            .putShort((short) 0)
            .put((byte) (interlaced ? 1 : 0))
            .array());
  }

  static byte[] chunk(String type, byte... body) {
    byte[] name = type.getBytes(StandardCharsets.ISO_8859_1);
    CRC32 checksum = new CRC32();
    checksum.update(name);
    checksum.update(body);
    return ByteBuffer.allocate(12 + body.length)
        .putInt(body.length)
        .put(name)
        .put(body)
        .putInt((int) checksum.getValue())
        .array();
  }

  static byte[] deflate(byte[] data) {
    Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
    deflater.setInput(data);
    deflater.finish();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] piece = new byte[1 << 16];
    while (!deflater.finished()) {
      out.write(piece, 0, deflater.deflate(piece));
    }
    deflater.end();
    return out.toByteArray();
  }

  /**
   * A GIF whose frame lies on a large canvas.
   *
   * @param extensions empty comments before the frame
   * @param data the frame's blocks without the end
   */
  static byte[] gif(int canvas, int frame, int extensions, int rootBits, byte[] data) {
    ByteBuffer file =
        ByteBuffer.allocate(13 + 6 + 3 * extensions + 11 + data.length + 2)
            .order(ByteOrder.LITTLE_ENDIAN);
    file.put("GIF89a".getBytes(StandardCharsets.ISO_8859_1));
    file.putShort((short) canvas).putShort((short) canvas).put((byte) 0x80).putShort((short) 0);
    file.put(new byte[6]);
    file.put(repeat(new byte[] {'!', (byte) 0xfe, 0}, extensions));
    file.put((byte) ',').putInt(0).putShort((short) frame).putShort((short) frame);
    file.put((byte) 0).put((byte) rootBits).put(data).put((byte) 0).put((byte) ';');
    return file.array();
  }

  /** The same JPEG with other sides in its frame header. */
  static byte[] resized(byte[] jpeg, int width, int height) {
    byte[] changed = jpeg.clone();
    int at = 0;
    while (changed[at] != -1
        || (changed[at + 1] & 0xff) != SOF0 && (changed[at + 1] & 0xff) != SOF2) {
      at++;
    }
    ByteBuffer.wrap(changed).putShort(at + 5, (short) height).putShort(at + 7, (short) width);
    return changed;
  }

  /** The same JPEG with its last scan repeated. */
  static byte[] withLastScanRepeated(byte[] jpeg, int times) {
    int end = jpeg.length - 2;
    int start = end - 2;
    while (jpeg[start] != -1 || (jpeg[start + 1] & 0xff) != SOS) {
      start--;
    }
    byte[] scan = new byte[end - start];
    System.arraycopy(jpeg, start, scan, 0, scan.length);
    return inserted(jpeg, end, repeat(scan, times));
  }

  /** The same JPEG with another scan repeated; {@code index} counts from 0. */
  static byte[] withScanRepeated(byte[] jpeg, int index, int times) {
    int start = -1;
    for (int scan = 0; scan <= index; scan++) {
      do {
        start++;
      } while (jpeg[start] != -1 || (jpeg[start + 1] & 0xff) != SOS);
    }
    int end = start + 2;
    while (jpeg[end] != -1 || jpeg[end + 1] == 0) {
      end++;
    }
    return inserted(jpeg, end, repeat(Arrays.copyOfRange(jpeg, start, end), times));
  }

  static byte[] inserted(byte[] file, int at, byte[] bytes) {
    return ByteBuffer.allocate(file.length + bytes.length)
        .put(file, 0, at)
        .put(bytes)
        .put(file, at, file.length - at)
        .array();
  }

  /** A WebP with an animation's canvas and a first frame that is {@code still}. */
  static byte[] animatedWebp(int canvas, byte[] still, int frames) {
    byte[] picture = new byte[still.length - 12];
    System.arraycopy(still, 12, picture, 0, picture.length);
    byte[] header = ByteBuffer.allocate(10).put((byte) 2).array();
    put24(header, 4, canvas - 1);
    put24(header, 7, canvas - 1);
    byte[] frame = new byte[16 + picture.length];
    System.arraycopy(picture, 0, frame, 16, picture.length);
    byte[] chunks = concat(riffChunk("VP8X", header), repeat(riffChunk("ANMF", frame), frames));
    return ByteBuffer.allocate(12 + chunks.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put("RIFF".getBytes(StandardCharsets.ISO_8859_1))
        .putInt(4 + chunks.length)
        .put("WEBP".getBytes(StandardCharsets.ISO_8859_1))
        .put(chunks)
        .array();
  }

  private static byte[] riffChunk(String type, byte[] body) {
    return ByteBuffer.allocate(8 + body.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(type.getBytes(StandardCharsets.ISO_8859_1))
        .putInt(body.length)
        .put(body)
        .array();
  }

  private static void put24(byte[] bytes, int at, int value) {
    bytes[at] = (byte) value;
    bytes[at + 1] = (byte) (value >> 8);
    bytes[at + 2] = (byte) (value >> 16);
  }

  static byte[] repeat(byte[] bytes, int times) {
    ByteBuffer all = ByteBuffer.allocate(bytes.length * times);
    for (int i = 0; i < times; i++) {
      all.put(bytes);
    }
    return all.array();
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try {
      for (byte[] part : parts) {
        all.write(part);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all.toByteArray();
  }
}
