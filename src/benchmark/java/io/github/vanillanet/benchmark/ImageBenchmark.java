package io.github.vanillanet.benchmark;

import io.github.vanillanet.Oracle;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.base.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * From a JPEG to the network's 224×224 input, as in the service: a photo of 512×512 pixels and one
 * of 12 megapixels.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ImageBenchmark {

  private static final String PHOTO = "preprocess/jpeg_512_q75.jpg";
  private static final int SIDE = 224;
  private static final Preprocessing PREPROCESSING = Preprocessing.official(SIDE, SIDE);

  private static byte[] photo() throws IOException {
    return Files.readAllBytes(Oracle.file(PHOTO));
  }

  /** An uploaded photo. */
  @State(Scope.Benchmark)
  public static class Encoded {

    @Param({Decoders.IMAGE_IO, Decoders.TURBO_JPEG})
    private String decoder;

    private ImageDecoder chosen;
    private byte[] file;

    @Setup
    public void read() throws IOException {
      chosen = Decoders.of(decoder);
      file = photo();
    }

    RgbImage decode() {
      return chosen.decodeFor(PREPROCESSING, chosen.open(file), () -> {}, note -> {});
    }
  }

  /** A decoded photo. All decoders give the same pixels. */
  @State(Scope.Benchmark)
  public static class Decoded {

    private RgbImage image;

    @Setup
    public void decode() throws IOException {
      image = Decoders.of(Decoders.IMAGE_IO).decode(photo());
    }
  }

  /** The photo, enlarged to the size of a phone's camera. It has less detail than a real one. */
  @State(Scope.Benchmark)
  public static class LargeEncoded {

    @Param({Decoders.IMAGE_IO, Decoders.TURBO_JPEG, Decoders.TURBO_JPEG_SCALED})
    private String decoder;

    private ImageDecoder chosen;
    private byte[] file;

    @Setup
    public void enlarge() throws IOException {
      chosen = Decoders.of(decoder);
      file = LargePhoto.of(photo());
      LargePhoto.requireScaled(decoder.equals(Decoders.TURBO_JPEG_SCALED), decode());
    }

    RgbImage decode() {
      return chosen.decodeFor(PREPROCESSING, chosen.open(file), () -> {}, note -> {});
    }
  }

  @Benchmark
  public RgbImage decode(Encoded photo) {
    return photo.decode();
  }

  @Benchmark
  public RgbImage resizeAndCrop(Decoded photo) {
    return PREPROCESSING.apply(photo.image);
  }

  @Benchmark
  public RgbImage decodeResizeAndCrop(Encoded photo) {
    return PREPROCESSING.apply(photo.decode());
  }

  @Benchmark
  public RgbImage decodeLarge(LargeEncoded photo) {
    return photo.decode();
  }

  @Benchmark
  public RgbImage decodeResizeAndCropLarge(LargeEncoded photo) {
    return PREPROCESSING.apply(photo.decode());
  }
}
