package io.github.vanillanet.drill;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

/** A request. */
record Frame(String method, String path, List<String> headers, byte[] body) {

  private static final int SHOWN_BYTES = 400;

  Frame with(String name, String value) {
    List<String> more = new ArrayList<>(headers);
    more.add(name);
    more.add(value);
    return new Frame(method, path, more, body);
  }

  /** Compresses the body. Now and then its data are damaged behind their signature. */
  Frame compressed(Random random) {
    boolean gzip = random.nextInt(3) != 0;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = gzip ? new GZIPOutputStream(bytes) : new DeflaterOutputStream(bytes)) {
      out.write(body);
    } catch (IOException e) {
      throw new IllegalStateException("memory cannot fail", e);
    }
    byte[] damaged = bytes.toByteArray();
    switch (random.nextInt(8)) {
      case 0 -> damaged = Arrays.copyOf(damaged, 2 + random.nextInt(damaged.length - 2));
      case 1 -> damaged[2 + random.nextInt(damaged.length - 2)] ^= (byte) (1 << random.nextInt(8));
      default -> {}
    }
    return new Frame(method, path, headers, damaged)
        .with("Content-Encoding", gzip ? "gzip" : "deflate");
  }

  @Override
  public String toString() {
    int shown = Math.min(SHOWN_BYTES, body.length);
    return "%s %s %s, %d bytes: %s"
        .formatted(
            method,
            path,
            headers,
            body.length,
            new String(body, 0, shown, StandardCharsets.ISO_8859_1));
  }
}
