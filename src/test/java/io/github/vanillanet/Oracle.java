package io.github.vanillanet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.ScalarType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reference results of the official PyTorch code and of Pillow, in {@code
 * src/test/resources/oracle}.
 */
public final class Oracle {

  private static final Path ROOT = Path.of("src", "test", "resources", "oracle");

  private Oracle() {}

  public static Path file(String name) {
    return ROOT.resolve(name);
  }

  public static JsonNode json(String name) {
    try {
      return new ObjectMapper().readTree(file(name).toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads the array of {@code NAME.bin}; {@code NAME.json} holds its type and shape. */
  public static HostTensor array(String name) {
    JsonNode description = json(name + ".json");
    List<Long> shape = new ArrayList<>();
    description.get("shape").forEach(dimension -> shape.add(dimension.asLong()));
    ScalarType type =
        switch (description.get("dtype").asText()) {
          case "float32" -> ScalarType.FLOAT32;
          case "float64" -> ScalarType.FLOAT64;
          case "int64" -> ScalarType.INT64;
          default -> throw new IllegalArgumentException(description.toString());
        };
    try {
      byte[] bytes = Files.readAllBytes(file(name + ".bin"));
      return new HostTensor(
          type,
          shape.stream().mapToLong(Long::longValue).toArray(),
          ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
