package io.github.vanillanet.base.image;

import com.luciad.imageio.webp.WebPImageReaderSpi;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes WebP, lossy or lossless, with Google's libwebp, which Pillow uses too. The first frame of
 * an animation is placed on a black canvas.
 */
final class WebpCodec {

  private WebpCodec() {}

  static RgbImage decode(byte[] encoded, long maxPixels) throws IOException {
    WebpContainer container = WebpContainer.read(encoded, maxPixels);
    int[] size = container.pictureSize(encoded);
    RgbImage.requireSize(size[0], size[1], maxPixels);
    int width = container.hasCanvas() ? container.width() : size[0];
    int height = container.hasCanvas() ? container.height() : size[1];
    if (container.left() + (long) size[0] > width || container.top() + (long) size[1] > height) {
      throw new IOException(
          "its %dx%d frame extends past its %dx%d canvas"
              .formatted(size[0], size[1], width, height));
    }
    int[] pixels = readPixels(container.still(encoded), size[0], size[1]);
    byte[] rgb = new byte[3 * width * height];
    for (int y = 0, i = 0; y < size[1]; y++) {
      int at = 3 * ((container.top() + y) * width + container.left());
      for (int x = 0; x < size[0]; x++, i++, at += 3) {
        rgb[at] = (byte) (pixels[i] >> 16);
        rgb[at + 1] = (byte) (pixels[i] >> 8);
        rgb[at + 2] = (byte) pixels[i];
      }
    }
    return new RgbImage(width, height, rgb);
  }

  private static int[] readPixels(byte[] still, int width, int height) throws IOException {
    try (MemoryCacheImageInputStream input =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(still))) {
      ImageReader reader = new WebPImageReaderSpi().createReaderInstance(null);
      reader.setInput(input, true, true);
      BufferedImage picture = reader.read(0, null);
      reader.dispose();
      if (picture.getWidth() == width
          && picture.getHeight() == height
          && picture.getRaster().getDataBuffer() instanceof DataBufferInt buffer) {
        return buffer.getData();
      }
      throw new IOException("libwebp decodes it to an unexpected layout");
    } catch (RuntimeException e) {
      throw new IOException("libwebp rejects it: " + e, e);
    } catch (LinkageError e) {
      throw new IOException("libwebp is not available on this platform: " + e, e);
    }
  }
}
