package io.github.vanillanet.base.image;

import io.github.vanillanet.base.error.ServiceException;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Objects;

/**
 * The parameters that convert a decoded picture to a network's input: resize, centre crop,
 * normalise. Stored with each model. Immutable.
 *
 * @param resizeHeight rows to resize to before the crop, at least {@code height}
 * @param resizeWidth columns to resize to before the crop, at least {@code width}
 * @param keepAspect true: scale until the picture covers the resize size, with its aspect kept;
 *     false: squash the picture to exactly that size
 * @param height rows of the crop
 * @param width columns of the crop
 * @param mean per channel R, G, B, subtracted from samples scaled to 0..1
 * @param std per channel R, G, B, positive
 * @param exif {@code auto}: the recorded orientation is applied; {@code official}: ignored
 * @param depth {@code auto}: 16-bit gray is scaled to 8 bits; {@code official}: clipped at 255
 * @param alpha {@code auto}: transparent pixels show white, or {@code #rrggbb}: that colour; {@code
 *     official}: alpha is dropped
 * @see <a href="https://github.com/huawei-noah/VanillaNet/blob/main/datasets.py">the official
 *     evaluation transform</a>
 */
public record Preprocessing(
    int resizeHeight,
    int resizeWidth,
    boolean keepAspect,
    int height,
    int width,
    List<Double> mean,
    List<Double> std,
    String exif,
    String depth,
    String alpha) {

  private static final List<Double> IMAGENET_MEAN = List.of(0.485, 0.456, 0.406);
  private static final List<Double> IMAGENET_STD = List.of(0.229, 0.224, 0.225);
  private static final double CROP_SHARE = 0.875;
  private static final int SMALLEST_SQUASHED = 384;

  /** Keeps the arrays of an input and of the resizer far below the limit of 2^31 elements. */
  private static final int LARGEST_SIDE = 8192;

  /** Parameters with the official rules of pictures. */
  public Preprocessing(
      int resizeHeight,
      int resizeWidth,
      boolean keepAspect,
      int height,
      int width,
      List<Double> mean,
      List<Double> std) {
    this(
        resizeHeight,
        resizeWidth,
        keepAspect,
        height,
        width,
        mean,
        std,
        PictureOptions.OFFICIAL,
        PictureOptions.OFFICIAL,
        PictureOptions.OFFICIAL);
  }

  public Preprocessing {
    exif = Objects.requireNonNullElse(exif, PictureOptions.OFFICIAL); // in a file without them
    depth = Objects.requireNonNullElse(depth, PictureOptions.OFFICIAL);
    alpha = Objects.requireNonNullElse(alpha, PictureOptions.OFFICIAL);
    try {
      PictureOptions.choice("exif", exif);
      PictureOptions.choice("depth", depth);
      PictureOptions.background(alpha);
    } catch (ServiceException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    if (height < 1 || width < 1 || resizeHeight > LARGEST_SIDE || resizeWidth > LARGEST_SIDE) {
      throw new IllegalArgumentException(
          "sides must be 1 to %d, found resize %dx%d, crop %dx%d"
              .formatted(LARGEST_SIDE, resizeHeight, resizeWidth, height, width));
    }
    if (resizeHeight < height || resizeWidth < width) { // torchvision would pad with black
      throw new IllegalArgumentException(
          "crop %dx%d does not fit into resize %dx%d"
              .formatted(height, width, resizeHeight, resizeWidth));
    }
    if (mean.size() != 3 || std.size() != 3) {
      throw new IllegalArgumentException(
          "mean and std need 3 values, found %s and %s".formatted(mean, std));
    }
    if (!mean.stream().allMatch(Double::isFinite)
        || !std.stream().allMatch(value -> value.floatValue() > 0 && Double.isFinite(value))) {
      throw new IllegalArgumentException(
          "mean must be finite and std positive, found %s and %s".formatted(mean, std));
    }
  }

  /**
   * Creates the parameters of the official evaluation. Inputs below 384 are resized to size / 0.875
   * with the aspect kept, then cropped. Inputs of 384 or more are squashed to the input size,
   * without a crop. The official code supports only square inputs; other inputs always keep the
   * aspect.
   */
  public static Preprocessing official(int height, int width) {
    boolean squash = height == width && height >= SMALLEST_SQUASHED;
    return new Preprocessing(
        squash ? height : (int) (height / CROP_SHARE),
        squash ? width : (int) (width / CROP_SHARE),
        !squash,
        height,
        width,
        IMAGENET_MEAN,
        IMAGENET_STD);
  }

  /** The same parameters with other rules of pictures. */
  public Preprocessing with(PictureRules rules) {
    return new Preprocessing(
        resizeHeight,
        resizeWidth,
        keepAspect,
        height,
        width,
        mean,
        std,
        rules.upright() ? PictureOptions.AUTO : PictureOptions.OFFICIAL,
        rules.scaled() ? PictureOptions.AUTO : PictureOptions.OFFICIAL,
        switch (rules.background()) {
          case PictureRules.ALPHA_DROPPED -> PictureOptions.OFFICIAL;
          case PictureRules.WHITE -> PictureOptions.AUTO;
          default -> "#%06x".formatted(rules.background());
        });
  }

  /** How the samples of a file become the picture. */
  public PictureRules rules() {
    return new PictureRules(
        exif.equals(PictureOptions.AUTO),
        depth.equals(PictureOptions.AUTO),
        PictureOptions.background(alpha),
        false);
  }

  /** The exact 8-bit crop, {@code height x width}, as Pillow and torchvision compute it. */
  public RgbImage apply(RgbImage decoded) {
    return apply(decoded, Orientation.UPRIGHT);
  }

  /**
   * The exact 8-bit crop of a picture that may not be stored upright.
   *
   * @param orientation of the stored picture, Exif's 1 to 8
   */
  public RgbImage apply(RgbImage decoded, int orientation) {
    long resizedWidth = resizeWidth;
    long resizedHeight = resizeHeight;
    boolean transposed = orientation > 4;
    long w = transposed ? decoded.height() : decoded.width();
    long h = transposed ? decoded.width() : decoded.height();
    if (keepAspect) {
      // Python divides the exact products in float64, then truncates.
      if (resizeWidth * h >= resizeHeight * w) {
        resizedHeight = (long) ((double) (resizeWidth * h) / w);
      } else {
        resizedWidth = (long) ((double) (resizeHeight * w) / h);
      }
    }
    return BicubicResizer.resizeAndCrop(
        decoded,
        orientation,
        resizedWidth,
        resizedHeight,
        (long) Math.rint((resizedWidth - width) / 2.0), // rounds half to even, like Python's round
        (long) Math.rint((resizedHeight - height) / 2.0),
        width,
        height);
  }

  /**
   * The network's input: float32, CHW, {@code (v / 255 - mean) / std} with every step rounded to
   * float32, as in torchvision's ToTensor and Normalize.
   *
   * @param crop of exactly {@code height x width}
   */
  public float[] normalise(RgbImage crop) {
    if (crop.height() != height || crop.width() != width) {
      throw new IllegalArgumentException(
          "crop is %dx%d, expected %dx%d".formatted(crop.height(), crop.width(), height, width));
    }
    int plane = height * width;
    float[] chw = new float[3 * plane];
    for (int channel = 0; channel < 3; channel++) {
      float[] table = normalised(mean.get(channel).floatValue(), std.get(channel).floatValue());
      for (int i = 0; i < plane; i++) {
        chw[channel * plane + i] = table[crop.rgb()[3 * i + channel] & 0xff];
      }
    }
    return chw;
  }

  private static float[] normalised(float mean, float std) {
    float[] table = new float[256];
    for (int value = 0; value < 256; value++) {
      table[value] = (value / 255f - mean) / std;
    }
    return table;
  }

  /**
   * The pixels of a normalised sample, the inverse of {@link #normalise}. Values below 0 become 0,
   * and values above 255 become 255.
   *
   * @param chw the sample begins at {@code offset}, whatever the buffer's position is
   */
  public RgbImage pixels(FloatBuffer chw, int offset) {
    int plane = height * width;
    byte[] rgb = new byte[3 * plane];
    for (int channel = 0; channel < 3; channel++) {
      double scale = std.get(channel);
      double shift = mean.get(channel);
      for (int i = 0; i < plane; i++) {
        double value = 255 * (chw.get(offset + channel * plane + i) * scale + shift);
        rgb[3 * i + channel] = (byte) Math.round(Math.max(0, Math.min(255, value)));
      }
    }
    return new RgbImage(width, height, rgb);
  }
}
