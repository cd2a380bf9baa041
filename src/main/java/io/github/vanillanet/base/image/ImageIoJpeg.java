package io.github.vanillanet.base.image;

import io.github.vanillanet.base.error.ServiceException;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes JPEGs with the libjpeg inside the JDK. It yields the stored planes only; {@link
 * JpegPlanes} converts their colours, because the JDK applies colour profiles and treats some files
 * as RGB that libjpeg-turbo and Pillow treat as YCbCr. Thread-safe.
 */
final class ImageIoJpeg {

  /** Nanoseconds per visited block of a progressive file, more than libjpeg-turbo takes. */
  private static final int EXTRA_NANOS_PER_BLOCK = 125;

  /** Nanoseconds per sample of the picture, more than libjpeg-turbo takes. */
  private static final int EXTRA_NANOS_PER_SAMPLE = 2;

  private final ImageReaderSpi provider = jdkProvider();

  /** The time that this decoder takes longer than libjpeg-turbo. */
  long extraNanos(JpegHeader header) {
    return (header.progressive ? EXTRA_NANOS_PER_BLOCK * header.blocks : 0)
        + EXTRA_NANOS_PER_SAMPLE * (long) header.width * header.height * header.planes;
  }

  /**
   * @param checkpoint runs before each piece of the file and each part of the picture; its
   *     exception stops the decode
   * @throws IOException if the file is damaged
   */
  RgbImage decode(JpegHeader header, Runnable checkpoint) throws IOException {
    int width = header.width;
    int height = header.height;
    int planes = header.planes;
    long size = (long) width * height * planes;
    if (size > Integer.MAX_VALUE - 16) {
      throw new IOException("%d samples do not fit into one array".formatted(size));
    }
    ImageReader reader = provider.createReaderInstance();
    InputStream pieces =
        new ByteArrayInputStream(withoutMetadata(header)) {
          @Override
          public synchronized int read(byte[] into, int start, int length) {
            checkpoint.run();
            return super.read(into, start, length);
          }
        };
    JpegEnd end = new JpegEnd(header.height);
    try (ImageInputStream input =
        header.truncated ? end.counting(pieces) : new MemoryCacheImageInputStream(pieces)) {
      reader.setInput(input, true, true);
      if (header.truncated) {
        reader.addIIOReadUpdateListener(end);
      }
      Raster raster = reader.readRaster(0, reader.getDefaultReadParam());
      if (raster.getDataBuffer() instanceof DataBufferByte buffer
          && raster.getNumBands() == planes
          && raster.getWidth() == width
          && raster.getHeight() == height
          && buffer.getSize() == size) {
        if (header.truncated) {
          end.requireMostRows();
        }
        return new RgbImage(width, height, JpegPlanes.toRgb(buffer.getData(), header));
      }
      throw new IOException("the JDK decodes it to an unexpected layout");
    } catch (ServiceException e) { // from the checkpoint
      throw e;
    } catch (RuntimeException e) { // the JDK's reader throws various ones for damaged files
      throw new IOException("the JDK's decoder failed: " + e, e);
    } finally {
      reader.dispose();
    }
  }

  /**
   * The file without APPn and COM segments and without bytes between segments. ImageIO would apply
   * a colour profile in APP2, which Pillow ignores.
   */
  private static byte[] withoutMetadata(JpegHeader header) {
    ByteArrayOutputStream bare = new ByteArrayOutputStream(header.end);
    int[] ranges = header.neededRanges;
    for (int i = 0; i < header.neededCount; i += 2) {
      bare.write(header.encoded, ranges[i], ranges[i + 1] - ranges[i]);
    }
    return bare.toByteArray();
  }

  /** Finds the JDK's provider, also if other image libraries or class loaders are present. */
  private static ImageReaderSpi jdkProvider() {
    Iterator<ImageReaderSpi> providers =
        IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, false);
    while (providers.hasNext()) {
      ImageReaderSpi provider = providers.next();
      boolean inJdk = provider.getClass().getModule() == ImageIO.class.getModule();
      if (inJdk && provider.getPluginClassName().endsWith(".JPEGImageReader")) {
        return provider;
      }
    }
    throw new IllegalStateException("this JDK has no JPEG reader in java.desktop");
  }
}
