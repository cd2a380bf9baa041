package io.github.vanillanet.serve.api.grpc;

import io.grpc.Decompressor;
import java.io.InputStream;
import java.util.zip.InflaterInputStream;

/**
 * The message encoding {@code deflate} in the zlib format, which gRPC's libraries for other
 * languages offer beside gzip.
 *
 * @see <a href="https://github.com/grpc/grpc/blob/master/doc/compression.md">compression in
 *     gRPC</a>
 */
final class Deflate implements Decompressor {

  @Override
  public String getMessageEncoding() {
    return "deflate";
  }

  @Override
  public InputStream decompress(InputStream message) {
    return new InflaterInputStream(message);
  }
}
