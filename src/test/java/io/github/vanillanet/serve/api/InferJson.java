package io.github.vanillanet.serve.api;

import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

/** Valid and invalid requests of the Open Inference Protocol. */
final class InferJson {

  private InferJson() {}

  static String request(String... inputs) {
    return "{\"inputs\":[%s]}".formatted(String.join(",", inputs));
  }

  static String input(String name, String datatype, String shape, String data) {
    return "{\"name\":\"%s\",\"shape\":%s,\"datatype\":\"%s\",\"data\":%s}"
        .formatted(name, shape, datatype, data);
  }

  /** One sample of zeros for the small nets. */
  static String zeros() {
    return input("input", "FP32", "[1,3,64,64]", zeroData(3 * 64 * 64));
  }

  static String zeroData(int count) {
    return "[" + "0,".repeat(count - 1) + "0]";
  }

  static String flat(float[] values) {
    StringBuilder json = new StringBuilder("[");
    for (float value : values) {
      json.append(json.length() == 1 ? "" : ",").append(value);
    }
    return json.append(']').toString();
  }

  /** Row-major values as nested lists of {@code shape}. */
  static String nested(float[] values, long... shape) {
    return nested(values, shape, 0, 0);
  }

  private static String nested(float[] values, long[] shape, int axis, int from) {
    if (axis == shape.length) {
      return Float.toString(values[from]);
    }
    int stride = 1;
    for (int i = axis + 1; i < shape.length; i++) {
      stride *= (int) shape[i];
    }
    StringBuilder json = new StringBuilder("[");
    for (int i = 0; i < shape[axis]; i++) {
      json.append(i == 0 ? "" : ",").append(nested(values, shape, axis + 1, from + i * stride));
    }
    return json.append(']').toString();
  }

  static String images(List<byte[]> encoded) {
    String data =
        encoded.stream()
            .map(image -> '"' + Base64.getEncoder().encodeToString(image) + '"')
            .collect(Collectors.joining(",", "[", "]"));
    return images("[" + encoded.size() + "]", data);
  }

  static String images(String shape, String data) {
    return request(
        ("{\"name\":\"image\",\"shape\":%s,\"datatype\":\"BYTES\","
                + "\"parameters\":{\"content_type\":\"base64\"},\"data\":%s}")
            .formatted(shape, data));
  }
}
