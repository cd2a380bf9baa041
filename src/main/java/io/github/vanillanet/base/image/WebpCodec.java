package io.github.vanillanet.base.image;

import com.luciad.imageio.webp.WebPImageReaderSpi;
import io.github.vanillanet.base.error.ServiceException;
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

  private static RgbImage place(ImageReader reader, WebpContainer container, long maxPixels)
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
}
