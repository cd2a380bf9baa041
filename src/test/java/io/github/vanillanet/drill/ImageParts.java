package io.github.vanillanet.drill;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Splits an image file into its chunks or segments and joins them again, with lengths and checksums
 * that fit the bodies. GIF and BMP have a header and one part with all the rest.
 */
enum ImageParts {
  JPEG {
    @Override
    List<Part> split(byte[] file) {
      List<Part> parts = new ArrayList<>();
      int at = 2;
      while (at + 4 <= file.length && file[at] == -1 && (file[at + 1] & 0xff) != 0xd9) {
        byte[] marker = Arrays.copyOfRange(file, at, at + 2);
        int end = at + 2 + (ByteBuffer.wrap(file).getShort(at + 2) & 0xffff);
        if (end < at + 4 || end > file.length) {
          break;
        }
        parts.add(new Part(marker, Arrays.copyOfRange(file, at + 4, end)));
        int data = end;
        while (end + 1 < file.length && !(file[end] == -1 && startsSegment(file[end + 1]))) {
          end++;
        }
        if (end > data) {
          parts.add(new Part(new byte[0], Arrays.copyOfRange(file, data, end)));
        }
        at = end;
      }
      return parts;
    }

    @Override
    byte[] join(List<Part> parts) {
      ByteArrayOutputStream file = new ByteArrayOutputStream();
      file.writeBytes(new byte[] {-1, (byte) 0xd8});
      for (Part part : parts) {
        if (part.type().length > 0) {
          int length = Math.min(0xffff, part.body().length + 2);
          file.writeBytes(part.type());
          file.writeBytes(new byte[] {(byte) (length >> 8), (byte) length});
          file.write(part.body(), 0, length - 2);
        } else {
          file.writeBytes(part.body());
        }
      }
      file.writeBytes(new byte[] {-1, (byte) 0xd9});
      return file.toByteArray();
    }
  },

  PNG {
    @Override
    List<Part> split(byte[] file) {
      return chunks(file, 8, ByteOrder.BIG_ENDIAN);
    }

    @Override
    byte[] join(List<Part> parts) {
      ByteArrayOutputStream file = new ByteArrayOutputStream();
      file.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
      for (Part part : parts) {
        CRC32 checksum = new CRC32();
        checksum.update(part.type());
        checksum.update(part.body());
        file.writeBytes(
            ByteBuffer.allocate(12 + part.body().length)
                .putInt(part.body().length)
                .put(part.type())
                .put(part.body())
                .putInt((int) checksum.getValue())
                .array());
      }
      return file.toByteArray();
    }
  },

  WEBP {
    @Override
    List<Part> split(byte[] file) {
      return chunks(file, 12, ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    byte[] join(List<Part> parts) {
      int size = parts.stream().mapToInt(part -> 9 + part.body().length & ~1).sum();
      ByteBuffer file = ByteBuffer.allocate(12 + size).order(ByteOrder.LITTLE_ENDIAN);
      file.put("RIFF".getBytes(StandardCharsets.ISO_8859_1)).putInt(4 + size);
      file.put("WEBP".getBytes(StandardCharsets.ISO_8859_1));
      for (Part part : parts) {
        file.put(part.type()).putInt(part.body().length).put(part.body());
        file.position(file.position() + 1 & ~1);
      }
      return file.array();
    }
  },

  GIF {
    @Override
    List<Part> split(byte[] file) {
      return header(file, 6);
    }

    @Override
    byte[] join(List<Part> parts) {
      return concatenated(parts);
    }
  },

  BMP {
    @Override
    List<Part> split(byte[] file) {
      return header(file, 2);
    }

    @Override
    byte[] join(List<Part> parts) {
      byte[] file = concatenated(parts);
      if (file.length >= 6) {
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(2, file.length);
      }
      return file;
    }
  };

  /** A chunk or segment with its type, or bytes between segments with an empty type. */
  record Part(byte[] type, byte[] body) {}

  abstract List<Part> split(byte[] file);

  abstract byte[] join(List<Part> parts);

  static ImageParts of(String name) {
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "jpg" -> JPEG;
      case "png" -> PNG;
      case "webp" -> WEBP;
      case "gif" -> GIF;
      case "bmp" -> BMP;
      default -> throw new IllegalArgumentException("no image: " + name);
    };
  }

  /** The length comes first in PNG, the type in WebP, whose chunks have even lengths. */
  private static List<Part> chunks(byte[] file, int start, ByteOrder order) {
    List<Part> parts = new ArrayList<>();
    ByteBuffer bytes = ByteBuffer.wrap(file).order(order);
    boolean png = order == ByteOrder.BIG_ENDIAN;
    int at = start;
    while (at + 8 <= file.length) {
      int length = bytes.getInt(png ? at : at + 4);
      if (length < 0 || length > file.length - at - 8) {
        break;
      }
      byte[] type = Arrays.copyOfRange(file, png ? at + 4 : at, png ? at + 8 : at + 4);
      parts.add(new Part(type, Arrays.copyOfRange(file, at + 8, at + 8 + length)));
      at += 8 + (png ? length + 4 : length + 1 & ~1);
    }
    return parts;
  }

  private static List<Part> header(byte[] file, int bytes) {
    return new ArrayList<>(
        List.of(
            new Part(Arrays.copyOf(file, bytes), new byte[0]),
            new Part(new byte[0], Arrays.copyOfRange(file, bytes, file.length))));
  }

  private static boolean startsSegment(byte code) {
    return code != 0 && code != -1 && (code & 0xf8) != 0xd0;
  }

  private static byte[] concatenated(List<Part> parts) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    for (Part part : parts) {
      file.writeBytes(part.type());
      file.writeBytes(part.body());
    }
    return file.toByteArray();
  }
}
