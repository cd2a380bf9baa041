package io.github.vanillanet.base.image;

import com.luciad.imageio.webp.WebPImageReaderSpi;
import io.github.vanillanet.base.error.ServiceException;
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
 * an animation is placed on a black canvas.
 */
final class WebpCodec {

  private static final int RIFF_HEADER_BYTES = 12;
  private static final int CHUNK_HEADER_BYTES = 8;
  private static final int FRAME_HEADER_BYTES = 16;

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

  static DecodeWork open(byte[] encoded, long maxPixels) throws IOException {
    Container container = Container.read(encoded, maxPixels);
    long pixels = container.picturePixels(encoded, maxPixels);
    long canvas = container.hasCanvas() ? (long) container.width() * container.height() : pixels;
    int perByte = container.lossless() ? NANOS_PER_LOSSLESS_BYTE : NANOS_PER_BYTE;
    return new DecodeWork(
        encoded,
        "picture of %d pixels in %d bytes".formatted(pixels, container.bitstreamBytes()),
        NANOS_PER_CANVAS_PIXEL * canvas
            + NANOS_PER_PIXEL * pixels
            + perByte * (long) container.bitstreamBytes(),
        checkpoint -> decode(encoded, container, maxPixels));
  }

  private static RgbImage decode(byte[] encoded, Container container, long maxPixels)
      throws IOException {
    ImageReader reader = new WebPImageReaderSpi().createReaderInstance(null);
    try (MemoryCacheImageInputStream input =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(container.still(encoded)))) {
      reader.setInput(input, true, true);
      return place(reader, container, maxPixels);
    } catch (ServiceException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new IOException("libwebp rejects it: " + e, e);
    } catch (LinkageError e) {
      throw new IOException("libwebp is not available on this platform: " + e, e);
    } finally {
      reader.dispose();
    }
  }

  private static RgbImage place(ImageReader reader, Container container, long maxPixels)
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
    if (!(reader.read(0, null).getRaster().getDataBuffer() instanceof DataBufferInt buffer)) {
      throw new IOException("libwebp decodes it to an unexpected layout");
    }
    int[] pixels = buffer.getData();
    byte[] rgb = new byte[3 * width * height];
    for (int y = 0, i = 0; y < frameHeight; y++) {
      int at = 3 * ((container.top() + y) * width + container.left());
      for (int x = 0; x < frameWidth; x++, i++, at += 3) {
        int pixel = pixels[i];
        rgb[at] = (byte) (pixel >> 16);
        rgb[at + 1] = (byte) (pixel >> 8);
        rgb[at + 2] = (byte) pixel;
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
   * @param bitstream the offset in the file of the chunk (VP8 or VP8L) that holds its colours; an
   *     alpha plane lies in another chunk and is not needed
   * @param bitstreamBytes length of that chunk with its header
   * @param lossless whether that chunk is VP8L
   */
  private record Container(
      int width,
      int height,
      int left,
      int top,
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
          return new Container(width, height, left, top, start, bytes, type.equals("VP8L"));
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
      RgbImage.requireSize(width, height, maxPixels);
      return (long) width * height;
    }

    /** A separate file that holds only the picture, for a decoder of stills. */
    byte[] still(byte[] encoded) {
      int padded = bitstreamBytes + (bitstreamBytes & 1);
      return ByteBuffer.allocate(RIFF_HEADER_BYTES + padded)
          .order(ByteOrder.LITTLE_ENDIAN)
          .put("RIFF".getBytes(StandardCharsets.ISO_8859_1))
          .putInt(4 + padded)
          .put("WEBP".getBytes(StandardCharsets.ISO_8859_1))
          .put(encoded, bitstream, bitstreamBytes)
          .array();
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
