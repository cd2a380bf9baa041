package io.github.vanillanet.base.image;

import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Pixels by the JDK's own libjpeg, which decodes the planes and no more; what the colours mean is
 * decided and computed here as libjpeg-turbo and Pillow do, because the JDK takes some files for
 * RGB that they take for YCbCr, and honours colour profiles.
 */
final class ImageIoJpeg {

  private final ImageReaderSpi provider = jdkProvider();

  /**
   * Decodes a file whose segments have been read and checked.
   *
   * @throws IOException if it is damaged
   */
  RgbImage decode(JpegSegments file) throws IOException {
    JpegFrame frame = file.frame();
    byte[] planes = readPlanes(file);
    HalvedRows.smooth(planes, frame);
    byte[] rgb = JpegColour.of(file).toRgb(planes, frame.width() * frame.height());
    return new RgbImage(frame.width(), frame.height(), rgb);
  }

  /** Samples as stored, interleaved pixel by pixel, chroma already at full resolution. */
  private byte[] readPlanes(JpegSegments file) throws IOException {
    JpegFrame frame = file.frame();
    int count = frame.components().size();
    long size = (long) frame.width() * frame.height() * count;
    if (size > Integer.MAX_VALUE - 16) {
      throw new IOException("%d samples do not fit into one array".formatted(size));
    }
    ImageReader reader = provider.createReaderInstance();
    try (MemoryCacheImageInputStream input =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(file.bare()))) {
      reader.setInput(input, true, true);
      Raster raster = reader.readRaster(0, reader.getDefaultReadParam());
      if (raster.getDataBuffer() instanceof DataBufferByte buffer
          && raster.getNumBands() == count
          && raster.getWidth() == frame.width()
          && raster.getHeight() == frame.height()
          && buffer.getSize() == size) {
        return buffer.getData();
      }
      throw new IOException("the JDK decodes it to an unexpected layout");
    } catch (RuntimeException e) { // the JDK's reader trips over some damaged files
      throw new IOException("the JDK's decoder failed: " + e, e);
    } finally {
      reader.dispose();
    }
  }

  /**
   * The provider inside the JDK, whatever image libraries are on the class path and whichever class
   * loader is current.
   */
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
