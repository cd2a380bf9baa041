package io.github.vanillanet.benchmark;

import io.github.vanillanet.Oracle;
import io.github.vanillanet.image.ImageDecoder;
import io.github.vanillanet.image.Preprocessing;
import io.github.vanillanet.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A JPEG of 512×512 pixels to the 224×224 that a net takes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class ImageBenchmark {

  private static final String PHOTO = "preprocess/jpeg_512_q75.jpg";
  private static final int SIDE = 224;

  private final ImageDecoder decoder = new ImageDecoder(1 << 24);
  private final Preprocessing preprocessing = Preprocessing.official(SIDE, SIDE);
  private byte[] encoded;
  private RgbImage decoded;

  @Setup
  public void read() throws IOException {
    encoded = Files.readAllBytes(Oracle.file(PHOTO));
    decoded = decoder.decode(encoded);
  }

  @Benchmark
  public RgbImage decode() {
    return decoder.decode(encoded);
  }

  @Benchmark
  public RgbImage resizeAndCrop() {
    return preprocessing.apply(decoded);
  }
}
