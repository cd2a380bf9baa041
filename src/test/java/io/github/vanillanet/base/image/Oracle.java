package io.github.vanillanet.base.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.StreamSupport;

/** Pictures with the results of Pillow 9.4 and torchvision 0.14.1. */
final class Oracle {

  private static final String FOLDER = "/oracle/preprocess/";
  private static final String ODD_FOLDER = "/odd-encodings/";

  /** One picture; digests are SHA-256 in hex of interleaved RGB bytes. */
  record Picture(
      String name, String folder, int width, int height, String decodedSha256, String cropSha256) {
    byte[] bytes() {
      return read(folder + name);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private Oracle() {}

  static List<Picture> pictures() {
    return StreamSupport.stream(json(FOLDER).get("images").spliterator(), false)
        .map(Oracle::picture)
        .toList();
  }

  /** Small pictures with odd encodings. Those that Pillow rejects have an empty digest. */
  static List<Picture> oddEncodings() {
    return StreamSupport.stream(json(ODD_FOLDER).spliterator(), false)
        .map(
            entry ->
                new Picture(
                    entry.get("image").asText(),
                    ODD_FOLDER,
                    entry.at("/size/0").asInt(),
                    entry.at("/size/1").asInt(),
                    entry.path("decoded_rgb_sha256").asText(),
                    ""))
        .toList();
  }

  private static JsonNode json(String folder) {
    try {
      return new ObjectMapper().readTree(read(folder + "index.json"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Picture picture(JsonNode entry) {
    JsonNode golden = entry.get("goldens").get(0);
    return new Picture(
        entry.get("image").asText(),
        FOLDER,
        entry.get("size").get(0).asInt(),
        entry.get("size").get(1).asInt(),
        golden.get("decoded_rgb_sha256").asText(),
        golden.get("crop_rgb_sha256").asText());
  }

  static byte[] file(String name) {
    return read(FOLDER + name);
  }

  /** The float32 CHW input that torchvision computes for a picture. */
  static float[] normalised(String name) {
    ByteBuffer bytes = ByteBuffer.wrap(file(name + ".normalised.bin"));
    float[] values = new float[bytes.remaining() / Float.BYTES];
    bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  static byte[] read(String resource) {
    try (InputStream in = Oracle.class.getResourceAsStream(resource)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
