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
 * Decodes JPEGs with the libjpeg inside the JDK. It yields the stored planes only; {@link
 * JpegPlanes} converts their colours, because the JDK applies colour profiles and treats some files
 * as RGB that libjpeg-turbo and Pillow treat as YCbCr. Thread-safe.
 */
final class ImageIoJpeg {

  private final ImageReaderSpi provider = jdkProvider();

  /**
   * @throws IOException if the file is damaged
   */
  RgbImage decode(JpegHeader header) throws IOException {
    int width = header.width;
    int height = header.height;
    int planes = header.planes;
    long size = (long) width * height * planes;
    if (size > Integer.MAX_VALUE - 16) {
      throw new IOException("%d samples do not fit into one array".formatted(size));
    }
    ImageReader reader = provider.createReaderInstance();
    try (MemoryCacheImageInputStream input =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(header.withoutMetadata()))) {
      reader.setInput(input, true, true);
      Raster raster = reader.readRaster(0, reader.getDefaultReadParam());
      if (raster.getDataBuffer() instanceof DataBufferByte buffer
          && raster.getNumBands() == planes
          && raster.getWidth() == width
          && raster.getHeight() == height
          && buffer.getSize() == size) {
        return new RgbImage(width, height, JpegPlanes.toRgb(buffer.getData(), header));
      }
      throw new IOException("the JDK decodes it to an unexpected layout");
    } catch (RuntimeException e) { // the JDK's reader throws various ones for damaged files
      throw new IOException("the JDK's decoder failed: " + e, e);
    } finally {
      reader.dispose();
    }
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
