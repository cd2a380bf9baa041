package io.github.vanillanet.drill;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.vanillanet.Oracle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Mutated requests on all routes with a body, reproducible from a seed. JSON stays valid JSON, the
 * length of a binary request's header stays right, and so do the delimiters of a form and the
 * signature of compressed bodies. Not thread-safe.
 */
final class FrameMutations {

  private static final String MODEL = TwoVersions.MODEL;

  /** JSON holds up to a hundred copies. */
  private static final int MOST_IMAGE_BYTES = 100_000;

  private static final int TENSOR_BYTES = 3 * 64 * 64 * Float.BYTES;

  private static final List<String> NUMBERS =
      List.of("0", "1", "-1", "5", "1000", "2147483648", "1e3", "0x10", "", "%20", "60000");
  private static final List<String> TYPES =
      List.of(
          "image/jpeg",
          "image/*",
          "application/octet-stream",
          "application/json",
          "text/plain",
          "image/jpeg; q=0.5; charset=utf-7",
          "multipart/form-data; boundary=other");
  private static final List<String> FIELDS =
      List.of("image", "data", "spec", "", "image[]", "file", "💥", "a\\\"b");
  private static final List<String> VERSIONS =
      List.of("/versions/1", "/versions/2", "/versions/3", "/versions/-1", "/versions/1e9");

  private final Random random;
  private final ImageMutations images;
  private final JsonMutations json;
  private final byte[] photo;
  private final byte[] archive;

  FrameMutations(long seed) throws IOException {
    random = new Random(seed);
    images = new ImageMutations(seed);
    json = new JsonMutations(random);
    photo = Files.readAllBytes(Oracle.file("preprocess/jpeg_444.jpg"));
    archive = archive(photo);
  }

  /** The next mutated request. */
  Frame next() {
    int kind = random.nextInt(100);
    Frame frame;
    if (kind < 15) {
      frame = post("/classify" + model() + query(), type("image/jpeg"), image());
    } else if (kind < 30) {
      frame = form("/classify" + model() + query(), "image");
    } else if (kind < 45) {
      frame = post("/v1/models/" + MODEL + ":predict", type("application/json"), predict());
    } else if (kind < 60) {
      frame = post(infer("-image"), type("application/json"), json.mutate(images(base64())));
    } else if (kind < 68) {
      frame = post(infer(""), type("application/json"), json.mutate(tensor()));
    } else if (kind < 75) {
      frame = binary(infer(""), json.mutate(binaryTensor()), floats());
    } else if (kind < 82) {
      frame = binary(infer("-image"), json.mutate(binaryImages()), elements());
    } else if (kind < 87) {
      frame = binary(infer(random.nextBoolean() ? "-image" : ""), new byte[0], image());
    } else if (kind < 92) {
      frame = post("/predictions/" + MODEL + predicted(), type("image/jpeg"), image());
    } else if (kind < 95) {
      frame = form("/predictions/" + MODEL, "data");
    } else if (kind < 97) {
      frame =
          post(
              "/v2/repository/index",
              type("application/json"),
              json.mutate(tree("{\"ready\":true}")));
    } else {
      frame = administration();
    }
    if (random.nextInt(10) == 0) {
      frame = frame.with("X-Latency-Budget-Ms", number());
    }
    return random.nextInt(5) == 0 ? frame.compressed(random) : frame;
  }

  private Frame administration() {
    byte[] spec =
        json.mutate(
            tree(
                "{\"name\":\"drilled\",\"variant\":\"vanillanet_5\",\"dims\":[8,8,8,8],"
                    + "\"input_size\":64,\"epochs\":1,\"batch_size\":2,\"optimizer\":\"lamb\","
                    + "\"stages\":[{\"input_size\":64,\"epochs\":1}]}"));
    String path = "/admin/trainings?dry_run=true";
    return switch (random.nextInt(6)) {
      case 0 -> {
        FormBody body = new FormBody();
        body.part("name=\"spec\"", "application/json", spec);
        byte[] data = random.nextInt(4) == 0 ? archive : image();
        body.part("name=\"data\"; filename=\"a.zip\"", "application/zip", data);
        yield post(path, FormBody.TYPE, body.closed());
      }
      case 1 -> post("/v2/repository/models/" + MODEL + "/load", "application/json", spec);
      case 2 ->
          post(
              "/admin/models/%s/versions/%s/activate".formatted(MODEL, number()),
              type("application/json"),
              spec);
      default -> post(path, type("application/json"), spec);
    };
  }

  private Frame form(String path, String usual) {
    FormBody body = new FormBody();
    for (int i = random.nextInt(4); i >= 0; i--) {
      String field = random.nextInt(4) == 0 ? pick(FIELDS) : usual;
      String disposition = "name=\"" + field + "\"";
      if (random.nextInt(4) != 0) {
        disposition += "; filename=\"" + pick(FIELDS) + ".jpg\"";
      }
      if (random.nextInt(12) == 0) {
        FormBody inner = new FormBody();
        inner.part(disposition, "image/jpeg", image());
        body.part(disposition, "multipart/mixed; boundary=" + FormBody.BOUNDARY, inner.closed());
      } else {
        body.part(disposition, type("image/jpeg"), image());
      }
    }
    return post(path, FormBody.TYPE, body.closed());
  }

  private static Frame post(String path, String type, byte[] body) {
    return new Frame("POST", path, List.of("Content-Type", type), body);
  }

  private static Frame binary(String path, byte[] header, byte[] data) {
    byte[] body = Arrays.copyOf(header, header.length + data.length);
    System.arraycopy(data, 0, body, header.length, data.length);
    return post(path, "application/octet-stream", body)
        .with("Inference-Header-Content-Length", Integer.toString(header.length));
  }

  private byte[] predict() {
    String image = base64();
    return json.mutate(
        tree(
            "{\"instances\":[{\"b64\":\"%1$s\"},{\"image\":{\"b64\":\"%1$s\"}},{\"data\":\"%1$s\"}]}"
                .formatted(image)));
  }

  private static JsonNode images(String image) {
    return tree(
        ("{\"id\":\"7\",\"parameters\":{\"timeout\":9000000},\"inputs\":[{\"name\":\"image\","
                + "\"shape\":[1],\"datatype\":\"BYTES\",\"parameters\":{\"content_type\":\"base64\"},"
                + "\"data\":[\"%s\"]}],\"outputs\":[{\"name\":\"logits\","
                + "\"parameters\":{\"classification\":3}}]}")
            .formatted(image));
  }

  private JsonNode tensor() {
    boolean pixels = random.nextBoolean();
    return tree(
        "{\"inputs\":[{\"name\":\"input\",\"shape\":%s,\"datatype\":\"%s\",\"data\":[%s]}]}"
            .formatted(
                pixels ? "[1,64,64,3]" : "[1,3,64,64]",
                pixels ? "UINT8" : "FP32",
                "1,".repeat(3 * 64 * 64 - 1) + 1));
  }

  private static JsonNode binaryTensor() {
    return tree(
        ("{\"inputs\":[{\"name\":\"input\",\"shape\":[1,3,64,64],\"datatype\":\"FP32\","
                + "\"parameters\":{\"binary_data_size\":%d}}],"
                + "\"outputs\":[{\"name\":\"logits\",\"parameters\":{\"binary_data\":true}}]}")
            .formatted(TENSOR_BYTES));
  }

  private JsonNode binaryImages() {
    return tree(
        ("{\"inputs\":[{\"name\":\"image\",\"shape\":[1],\"datatype\":\"BYTES\","
                + "\"parameters\":{\"binary_data_size\":%d}}]}")
            .formatted(photo.length + Integer.BYTES));
  }

  /** Zeros, arbitrary bits, huge values, or a wrong length. */
  private byte[] floats() {
    byte[] tensor = new byte[random.nextInt(6) == 0 ? random.nextInt(TENSOR_BYTES) : TENSOR_BYTES];
    switch (random.nextInt(3)) {
      case 0 -> random.nextBytes(tensor);
      case 1 -> Arrays.fill(tensor, (byte) (random.nextBoolean() ? 0x7f : 0x7e));
      default -> {}
    }
    return tensor;
  }

  /** One BYTES element with its length in front. */
  private byte[] elements() {
    byte[] bytes = new byte[photo.length + Integer.BYTES];
    int length = random.nextInt(3) == 0 ? random.nextInt() : photo.length;
    for (int i = 0; i < Integer.BYTES; i++) {
      bytes[i] = (byte) (length >>> 8 * i);
    }
    System.arraycopy(photo, 0, bytes, Integer.BYTES, photo.length);
    return bytes;
  }

  private byte[] image() {
    byte[] image = images.next().bytes();
    return random.nextInt(4) == 0 || image.length > MOST_IMAGE_BYTES ? photo : image;
  }

  private String base64() {
    return Base64.getEncoder().encodeToString(image());
  }

  private String model() {
    return random.nextInt(3) == 0 ? "" : "/" + MODEL;
  }

  private String infer(String view) {
    return "/v2/models/" + MODEL + view + (random.nextInt(5) == 0 ? pick(VERSIONS) : "") + "/infer";
  }

  private String predicted() {
    return random.nextInt(3) == 0 ? "/" + number() : "";
  }

  private String query() {
    return switch (random.nextInt(6)) {
      case 0 -> "?top_k=" + number();
      case 1 -> "?deadline_ms=" + number();
      case 2 -> "?top_k=" + number() + "&top_k=" + number() + "&x=%00";
      default -> "";
    };
  }

  private String type(String usual) {
    return random.nextInt(20) == 0 ? pick(TYPES) : usual;
  }

  private String number() {
    return pick(NUMBERS);
  }

  private String pick(List<String> values) {
    return values.get(random.nextInt(values.size()));
  }

  private static JsonNode tree(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (IOException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  private static byte[] archive(byte[] photo) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (String name : List.of("a/1.jpg", "b/2.jpg")) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(photo);
      }
    }
    return bytes.toByteArray();
  }
}
