package io.github.vanillanet.serve.api;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The exact bytes that NVIDIA's clients send, derived from their sources: {@code tritonclient.http}
 * (Python; {@code _get_inference_request}, rapidjson without spaces, no content type) and {@code
 * InferenceServerHttpClient} (C++, used by perf_analyzer).
 */
final class TritonBytes {

  private static final String HEADER = "Inference-Header-Content-Length: ";

  private TritonBytes() {}

  static RawHttp python(String path, String json, byte[] binary) {
    byte[] head = json.getBytes(StandardCharsets.UTF_8);
    return RawHttp.post(
            path,
            "User-Agent: python/gevent-http-client-2.3.1",
            "Connection: keep-alive",
            HEADER + head.length,
            "Content-Length: " + (head.length + binary.length))
        .bytes(head)
        .bytes(binary);
  }

  static RawHttp cpp(String path, String json, byte[] binary) {
    byte[] head = json.getBytes(StandardCharsets.UTF_8);
    return RawHttp.post(
            path,
            "User-Agent: libcurl-agent/1.0",
            "Accept: */*",
            HEADER + head.length,
            "Content-Type: application/octet-stream",
            "Content-Length: " + (head.length + binary.length))
        .bytes(head)
        .bytes(binary);
  }

  /** A raw request: only the tensor. */
  static RawHttp raw(String path, byte[] tensor) {
    return RawHttp.post(path, HEADER + 0, "Content-Length: " + tensor.length).bytes(tensor);
  }

  static byte[] floats(float[] values) {
    ByteBuffer bytes = little(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  /** Elements of type BYTES, each preceded by its length. */
  static byte[] elements(byte[]... elements) {
    int size = 0;
    for (byte[] element : elements) {
      size += Integer.BYTES + element.length;
    }
    ByteBuffer bytes = little(size);
    for (byte[] element : elements) {
      bytes.putInt(element.length).put(element);
    }
    return bytes.array();
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** An answer, split at the length in its header. */
  record Split(String json, ByteBuffer binary) {

    static Split of(RawHttp.Answer answer) {
      String header = answer.header("inference-header-content-length");
      byte[] all = answer.content();
      int length = header.isEmpty() ? all.length : Integer.parseInt(header);
      return new Split(
          new String(all, 0, length, StandardCharsets.UTF_8),
          ByteBuffer.wrap(all, length, all.length - length).slice().order(ByteOrder.LITTLE_ENDIAN));
    }

    float[] floats() {
      float[] values = new float[binary.remaining() / Float.BYTES];
      binary.asFloatBuffer().get(values);
      return values;
    }
  }
}
