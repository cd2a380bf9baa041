package io.github.vanillanet.drill;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The body of a form. */
final class FormBody {

  static final String BOUNDARY = "drill";
  static final String TYPE = "multipart/form-data; boundary=" + BOUNDARY;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  void part(String disposition, String type, byte[] content) {
    write(
        "--%s\r\nContent-Disposition: form-data; %s\r\nContent-Type: %s\r\n\r\n"
            .formatted(BOUNDARY, disposition, type));
    bytes.writeBytes(content);
    write("\r\n");
  }

  /** The bytes with the last delimiter. */
  byte[] closed() {
    write("--" + BOUNDARY + "--\r\n");
    return bytes.toByteArray();
  }

  private void write(String text) {
    bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }
}
