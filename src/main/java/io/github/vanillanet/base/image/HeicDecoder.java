package io.github.vanillanet.base.image;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.base.files.TemporaryFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Decodes HEIC with the system's {@code heif-convert}, in a process of its own with limits on
 * memory, processor time and files. The tool applies the rotation of the container and writes a
 * JPEG of quality 100, so the pixels are not exact to the last bit. Thread-safe.
 */
final class HeicDecoder {

  private static final Set<String> BRANDS =
      Set.of("heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "msf1");
  private static final String TOOL = "heif-convert";
  private static final String LIMITS = "prlimit";
  private static final long MEMORY_BYTES = 1L << 30;
  private static final long FILE_BYTES = 64L << 20;
  private static final int SECONDS = 2;
  private static final long NANOS = 1_500_000_000L;
  private static final long CHECK_MILLIS = 20;
  private static final int BRAND_START = 8;

  private final ImageDecoder jpeg;

  /**
   * @param jpeg decodes the pictures that the tool writes
   * @throws ServiceException {@code BAD_CONFIGURATION} if the tool is not installed
   */
  HeicDecoder(ImageDecoder jpeg) {
    this.jpeg = jpeg;
    for (String program : List.of(TOOL, LIMITS)) {
      if (find(program) == null) {
        throw BAD_CONFIGURATION.error(
            "vanillanet.heic: the program %s is not installed, expected it on the PATH (in Debian"
                + " packages libheif-examples and util-linux)",
            program);
      }
    }
  }

  private static Path find(String program) {
    String folders = System.getenv().getOrDefault("PATH", "");
    for (String folder : folders.split(":")) {
      Path file = Path.of(folder.isEmpty() ? "." : folder, program);
      if (Files.isExecutable(file)) {
        return file;
      }
    }
    return null;
  }

  /**
   * Returns whether a file is HEIC or another kind of HEIF that may hold HEVC.
   *
   * @param start the first bytes, as ISO 8859-1
   */
  static boolean isHeic(String start) {
    return start.startsWith("ftyp", BRAND_START / 2)
        && start.length() >= BRAND_START + 4
        && BRANDS.contains(start.substring(BRAND_START, BRAND_START + 4))
        && !start.substring(BRAND_START, Math.min(64, start.length())).contains("avif");
  }

  /**
   * Checks the sizes that the container declares. The picture itself is decoded later.
   *
   * @throws IOException if none is declared
   */
  EncodedImage open(byte[] encoded, long maxPixels) throws IOException {
    long largest = 0;
    for (int at = BRAND_START; at + 16 <= encoded.length; at++) {
      if (encoded[at] == 'i'
          && new String(encoded, at, 4, StandardCharsets.ISO_8859_1).equals("ispe")) {
        ByteBuffer sides = ByteBuffer.wrap(encoded, at + 8, 8);
        long width = FileBytes.u32(sides);
        long height = FileBytes.u32(sides);
        RgbImage.requireSize(width, height, maxPixels);
        largest = Math.max(largest, width * height);
      }
      if (encoded[at] == 'm'
          && new String(encoded, at, 4, StandardCharsets.ISO_8859_1).equals("mdat")) {
        break; // compressed pictures follow
      }
    }
    if (largest == 0) {
      throw new IOException("its container declares no size before its pixels");
    }
    String work = "picture of %d pixels".formatted(largest);
    return new DecodeWork(
        encoded, work, NANOS, Orientation.UPRIGHT, checkpoint -> decode(encoded, checkpoint));
  }

  private RgbImage decode(byte[] encoded, Runnable checkpoint) throws IOException {
    Path folder = TemporaryFiles.folder("vanillanet-heic-");
    Path input = folder.resolve("photo.heic");
    Path output = folder.resolve("photo.jpg");
    try {
      Files.write(input, encoded);
      run(input, output, checkpoint);
      Path first = folder.resolve("photo-1.jpg"); // of a file with several pictures
      return jpeg.decode(Files.readAllBytes(Files.exists(first) ? first : output));
    } finally {
      FolderTree.delete(folder);
    }
  }

  private static void run(Path input, Path output, Runnable checkpoint) throws IOException {
    Process process =
        new ProcessBuilder(
                LIMITS,
                "--as=" + MEMORY_BYTES,
                "--cpu=" + SECONDS,
                "--fsize=" + FILE_BYTES,
                "--core=0",
                TOOL,
                "-q",
                "100",
                input.toString(),
                output.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      long started = System.nanoTime();
      while (!process.waitFor(CHECK_MILLIS, TimeUnit.MILLISECONDS)) {
        checkpoint.run();
        if (System.nanoTime() - started > TimeUnit.SECONDS.toNanos(SECONDS)) {
          throw new IOException("its decode has taken %d s, the limit".formatted(SECONDS));
        }
      }
      if (process.exitValue() != 0) {
        throw new IOException(
            "libheif rejects it or exceeds its limits (exit status %d)"
                .formatted(process.exitValue()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the decode was interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }
}
