package io.github.vanillanet.base.image;

import com.luciad.imageio.webp.WebPImageReaderSpi;
import io.github.vanillanet.base.error.ServiceException;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes WebP, lossy or lossless, with Google's libwebp, which Pillow uses too. The first frame of
 * an animation is placed on a canvas, which is black if alpha is dropped.
 */
final class WebpCodec {

  private static final int RIFF_HEADER_BYTES = 12;
  private static final int CHUNK_HEADER_BYTES = 8;
  private static final int FRAME_HEADER_BYTES = 16;

  /** VP8X with its header: flags and the sides of the canvas. */
  private static final int EXTENDED_HEADER_BYTES = 18;

  private static final int ALPHA_FLAG = 0x10;
  private static final int EXIF_FLAG = 0x08;

  /** VP8: the frame's tag and start code, before its sides. */
  private static final int VP8_START_BYTES = 6;

  private static final int SIDE_BITS = 14;
  private static final int LONGEST_SIDE = (1 << SIDE_BITS) - 1;

  private WebpCodec() {}

  /** Nanoseconds per pixel of the canvas and of the picture, and per byte of the picture. */
  private static final int NANOS_PER_CANVAS_PIXEL = 3;

  private static final int NANOS_PER_PIXEL = 16;
  private static final int NANOS_PER_BYTE = 34;
  private static final int NANOS_PER_LOSSLESS_BYTE = 8;

  static DecodeWork open(byte[] encoded, long maxPixels, PictureRules rules) throws IOException {
    Container container = Container.read(encoded, maxPixels);
    long pixels = container.picturePixels(encoded, maxPixels);
    long canvas = container.hasCanvas() ? (long) container.width() * container.height() : pixels;
    int perByte = container.lossless() ? NANOS_PER_LOSSLESS_BYTE : NANOS_PER_BYTE;
    return new DecodeWork(
        encoded,
        "picture of %d pixels in %d bytes".formatted(pixels, container.bitstreamBytes()),
        NANOS_PER_CANVAS_PIXEL * canvas
            + NANOS_PER_PIXEL * pixels
            + perByte * (long) container.bitstreamBytes()
            + NANOS_PER_LOSSLESS_BYTE * (long) container.alphaBytes(),
        rules.upright() ? Container.orientation(encoded) : Orientation.UPRIGHT,
        checkpoint -> decode(encoded, container, maxPixels, rules));
  }

  private static RgbImage decode(
      byte[] encoded, Container container, long maxPixels, PictureRules rules) throws IOException {
    ImageReader reader = new WebPImageReaderSpi().createReaderInstance(null);
    try (MemoryCacheImageInputStream input =
        new MemoryCacheImageInputStream(
            new ByteArrayInputStream(container.still(encoded, rules.blends())))) {
      reader.setInput(input, true, true);
      return place(reader, container, maxPixels, rules);
    } catch (ServiceException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new IOException("libwebp rejects it: " + e, e);
    } catch (OutOfMemoryError e) {
      if (e.getMessage() != null) {
        throw e; // the heap is full; libwebp's own error, for damaged alpha, has no message
      }
      throw new IOException("libwebp rejects it, because its alpha is damaged or too large", e);
    } catch (LinkageError e) {
      throw new IOException("libwebp is not available on this platform: " + e, e);
    } finally {
      reader.dispose();
    }
  }

  private static RgbImage place(
      ImageReader reader, Container container, long maxPixels, PictureRules rules)
      throws IOException {
    int frameWidth = reader.getWidth(0);
    int frameHeight = reader.getHeight(0);
    RgbImage.requireSize(frameWidth, frameHeight, maxPixels);
    int width = container.hasCanvas() ? container.width() : frameWidth;
    int height = container.hasCanvas() ? container.height() : frameHeight;
    if (container.left() + (long) frameWidth > width
        || container.top() + (long) frameHeight > height) {
      throw new IOException(
          "its %dx%d frame extends past its %dx%d canvas"
              .formatted(frameWidth, frameHeight, width, height));
    }
    BufferedImage image = reader.read(0, null);
    if (!(image.getRaster().getDataBuffer() instanceof DataBufferInt buffer)) {
      throw new IOException("libwebp decodes it to an unexpected layout");
    }
    int[] pixels = buffer.getData();
    byte[] rgb = new byte[3 * width * height];
    boolean blends = rules.blends() && image.getColorModel().hasAlpha();
    boolean covered = frameWidth == width && frameHeight == height;
    for (int at = 0; rules.blends() && !covered && at < rgb.length; at += 3) {
      rules.blend(rgb, at, 0);
    }
    for (int y = 0, i = 0; y < frameHeight; y++) {
      int at = 3 * ((container.top() + y) * width + container.left());
      for (int x = 0; x < frameWidth; x++, i++, at += 3) {
        int pixel = pixels[i];
        rgb[at] = (byte) (pixel >> 16);
        rgb[at + 1] = (byte) (pixel >> 8);
        rgb[at + 2] = (byte) pixel;
        if (blends) {
          rules.blend(rgb, at, pixel >>> 24);
        }
      }
    }
    return new RgbImage(width, height, rgb);
  }

  /**
   * Finds the first picture in a WebP file: the only one, or an animation's first frame.
   *
   * @param width of the canvas
   * @param height of the canvas
   * @param left column of the picture on the canvas
   * @param top row of the picture on the canvas
   * @param alpha the offset in the file of the chunk (ALPH) that holds the alpha of a lossy picture
   * @param alphaBytes length of that chunk with its header and padding; 0 if there is none
   * @param bitstream the offset in the file of the chunk (VP8 or VP8L) that holds its colours
   * @param bitstreamBytes length of that chunk with its header
   * @param lossless whether that chunk is VP8L
   */
  private record Container(
      int width,
      int height,
      int left,
      int top,
      int alpha,
      int alphaBytes,
      int bitstream,
      int bitstreamBytes,
      boolean lossless) {

    static Container read(byte[] encoded, long maxPixels) throws IOException {
      ByteBuffer file = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
      FileBytes.skip(file, 4);
      long riffBytes = FileBytes.u32(file) + CHUNK_HEADER_BYTES;
      if (riffBytes > encoded.length) {
        throw new EOFException(
            "it is truncated: it declares %d bytes and has %d"
                .formatted(riffBytes, encoded.length));
      }
      FileBytes.skip(file, 4);
      int width = 0;
      int height = 0;
      int left = 0;
      int top = 0;
      int alpha = 0;
      int alphaBytes = 0;
      while (true) {
        int start = file.position();
        String type = FileBytes.chunkType(file);
        long length = FileBytes.u32(file);
        if (length > file.remaining()) {
          throw new EOFException("it is truncated inside a chunk of %d bytes".formatted(length));
        }
        ByteBuffer chunk = file.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (type.equals("VP8 ") || type.equals("VP8L")) {
          int bytes = (int) length + CHUNK_HEADER_BYTES;
          boolean lossless = type.equals("VP8L");
          return new Container(
              width, height, left, top, alpha, lossless ? 0 : alphaBytes, start, bytes, lossless);
        }
        if (type.equals("ALPH")) {
          alpha = start;
          alphaBytes =
              (int) Math.min(encoded.length - start, CHUNK_HEADER_BYTES + length + (length & 1));
        }
        if (type.equals("VP8X")) {
          FileBytes.skip(chunk, 4); // flags
          width = 1 + u24(chunk);
          height = 1 + u24(chunk);
          RgbImage.requireSize(width, height, maxPixels);
        }
        if (type.equals("ANMF")) {
          left = 2 * u24(chunk);
          top = 2 * u24(chunk);
          FileBytes.skip(file, FRAME_HEADER_BYTES); // its chunks follow
        } else {
          FileBytes.skip(file, length + (length & 1));
        }
      }
    }

    /** Pixels that the header of the bitstream declares. */
    long picturePixels(byte[] encoded, long maxPixels) throws IOException {
      int[] sides = sides(encoded);
      RgbImage.requireSize(sides[0], sides[1], maxPixels);
      return (long) sides[0] * sides[1];
    }

    /** Width and height that the header of the bitstream declares. */
    private int[] sides(byte[] encoded) {
      ByteBuffer header = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
      header.position(bitstream + CHUNK_HEADER_BYTES);
      FileBytes.skip(header, lossless ? 1 : VP8_START_BYTES);
      int width;
      int height;
      if (lossless) {
        int sides = header.getInt();
        width = 1 + (sides & LONGEST_SIDE);
        height = 1 + (sides >> SIDE_BITS & LONGEST_SIDE);
      } else {
        width = FileBytes.u16(header) & LONGEST_SIDE; // the highest bits ask for a scaled display
        height = FileBytes.u16(header) & LONGEST_SIDE;
      }
      return new int[] {width, height};
    }

    /**
     * A separate file that holds only the picture, for a decoder of stills.
     *
     * @param withAlpha whether the picture's alpha is part of it
     */
    byte[] still(byte[] encoded, boolean withAlpha) {
      int padded = bitstreamBytes + (bitstreamBytes & 1);
      boolean extended = withAlpha && alphaBytes > 0;
      int extra = extended ? EXTENDED_HEADER_BYTES + alphaBytes : 0;
      ByteBuffer file =
          ByteBuffer.allocate(RIFF_HEADER_BYTES + extra + padded)
              .order(ByteOrder.LITTLE_ENDIAN)
              .put("RIFF".getBytes(StandardCharsets.ISO_8859_1))
              .putInt(4 + extra + padded)
              .put("WEBP".getBytes(StandardCharsets.ISO_8859_1));
      if (extended) {
        int[] sides = sides(encoded);
        file.put("VP8X".getBytes(StandardCharsets.ISO_8859_1))
            .putInt(EXTENDED_HEADER_BYTES - CHUNK_HEADER_BYTES)
            .putInt(ALPHA_FLAG)
            .putShort((short) (sides[0] - 1))
            .put((byte) 0)
            .putShort((short) (sides[1] - 1))
            .put((byte) 0)
            .put(encoded, alpha, alphaBytes);
      }
      return file.put(encoded, bitstream, bitstreamBytes).array();
    }

    /** The orientation in the chunk EXIF, which the header must announce; otherwise 1. */
    static int orientation(byte[] encoded) {
      ByteBuffer file = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
      file.position(RIFF_HEADER_BYTES);
      boolean announced = false;
      while (file.remaining() >= CHUNK_HEADER_BYTES) {
        String type = FileBytes.chunkType(file);
        long length = FileBytes.u32(file);
        if (length > file.remaining()) {
          break;
        }
        if (type.equals("VP8X") && length > 0) {
          announced = (file.get(file.position()) & EXIF_FLAG) != 0;
        }
        if (!announced) { // the header is the first chunk
          break;
        }
        if (type.equals("EXIF")) {
          return Orientation.ofExif(encoded, file.position(), (int) length);
        }
        file.position((int) Math.min(file.limit(), file.position() + length + (length & 1)));
      }
      return Orientation.UPRIGHT;
    }

    /** Returns whether the file declares a canvas; otherwise the picture is the canvas. */
    boolean hasCanvas() {
      return width > 0;
    }

    private static int u24(ByteBuffer file) {
      return FileBytes.u16(file) | FileBytes.u8(file) << 16;
    }
  }
}
