package io.github.vanillanet.model.repository;

import static io.github.vanillanet.base.error.ErrorCode.BAD_ARTIFACT;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.Sha256;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.ScalarType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * The mean features of the training images of each class. Features are the input of the classifier:
 * the mean of each of the last maps. The file {@code class-means.bin} beside the manifest has them
 * as float16 [classes, channels], little-endian, each row of length 1. Immutable.
 */
public final class ClassMeans {

  static final String FILE = "class-means.bin";

  private final HostTensor rounded; // float16 [classes, channels]
  private final float[] rows; // the same values
  private final int channels;

  private ClassMeans(HostTensor rounded) {
    this.rounded = rounded;
    this.rows = rounded.toFloats();
    this.channels = (int) rounded.shape()[1];
  }

  /**
   * @param sums of the features of each class, [classes][channels]. A class without images has
   *     zeros, and no image is like it.
   */
  public static ClassMeans of(double[][] sums) {
    int channels = sums[0].length;
    double[] unit = new double[sums.length * channels];
    for (int label = 0; label < sums.length; label++) {
      double squares = 0;
      for (double value : sums[label]) {
        squares += value * value;
      }
      for (int channel = 0; channel < channels; channel++) {
        unit[label * channels + channel] =
            squares > 0 ? sums[label][channel] / Math.sqrt(squares) : 0;
      }
    }
    return new ClassMeans(HostTensor.of(unit, sums.length, channels).to(ScalarType.FLOAT16));
  }

  /**
   * The cosine of the angle between an image's features and the nearest class mean. The features of
   * an image of an unknown kind often point away from all of them.
   *
   * @param features the image's are {@code channels} values from {@code from}
   * @return -1 to 1; 0 for features of length 0
   */
  public float score(float[] features, int from) {
    double squares = 0;
    for (int channel = 0; channel < channels; channel++) {
      squares += (double) features[from + channel] * features[from + channel];
    }
    double best = Double.NEGATIVE_INFINITY;
    for (int row = 0; row < rows.length; row += channels) {
      double product = 0;
      for (int channel = 0; channel < channels; channel++) {
        product += rows[row + channel] * features[from + channel];
      }
      best = Math.max(best, product);
    }
    // a row that was rounded to float16 can be a little longer than 1
    return squares > 0 ? (float) Math.max(-1, Math.min(1, best / Math.sqrt(squares))) : 0;
  }

  /** Writes the file into the folder of a version, and returns its SHA-256. */
  String write(Path folder) throws IOException {
    byte[] bytes = new byte[rounded.bytes().remaining()];
    rounded.bytes().get(bytes);
    Files.write(folder.resolve(FILE), bytes);
    return digest(bytes);
  }

  /**
   * Reads the file of a version.
   *
   * @throws ServiceException {@code BAD_ARTIFACT} if it is missing or is not the one that the
   *     manifest describes
   */
  static ClassMeans read(Path folder, DomainHint hint, int classes, int channels) {
    Path file = folder.resolve(FILE);
    try {
      byte[] bytes = Files.readAllBytes(file);
      if (bytes.length != (long) Short.BYTES * classes * channels
          || !digest(bytes).equals(hint.featuresSha256())) {
        throw BAD_ARTIFACT.error(
            "%s: expected float16 [%d, %d] with SHA-256 %s, found %d bytes with %s",
            file, classes, channels, hint.featuresSha256(), bytes.length, digest(bytes));
      }
      return new ClassMeans(
          new HostTensor(
              ScalarType.FLOAT16,
              new long[] {classes, channels},
              ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN)));
    } catch (IOException e) {
      throw StoredVersion.unreadable(file, e);
    }
  }

  private static String digest(byte[] bytes) {
    MessageDigest digest = Sha256.digest();
    return HexFormat.of().formatHex(digest.digest(bytes));
  }
}
