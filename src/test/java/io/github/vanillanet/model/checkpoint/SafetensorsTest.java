package io.github.vanillanet.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final Attempt attempt;

  SafetensorsTest(@TempDir Path folder) {
    this.folder = folder;
    attempt = new Attempt(folder);
  }

  /** Float64 first, so that all offsets are aligned. */
  private static Map<String, HostTensor> tensors() {
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    tensors.put("wide", HostTensor.of(new double[] {1.5, -2}, 2));
    tensors.put("weight", HostTensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
    tensors.put("scalar", HostTensor.of(new float[] {7}));
    tensors.put("empty", HostTensor.of(new float[0], 0, 3));
    tensors.put("half", tensors.get("weight").to(ScalarType.FLOAT16));
    tensors.put("brain", tensors.get("weight").to(ScalarType.BFLOAT16));
    return tensors;
  }

  @Test
  void whatIsWrittenIsReadBackWithItsMetadata() throws IOException {
    Path file = folder.resolve("out.safetensors");
    SafetensorsWriter.write(file, tensors(), Map.of("format", "pt", "labels", "[\"a\u00e9\"]"));

    TorchCheckpoint read = TorchCheckpoint.read(file, Optional.empty());

    assertThat(read.weights().sha256()).isEqualTo(new StateDict(tensors()).sha256());
    assertThat(read.metadata())
        .containsEntry("format", "pt")
        .containsEntry("labels", "[\"a\u00e9\"]");
    assertThat(read.weights().get("half").toDoubles()).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(read.weights().get("brain").toDoubles()).containsExactly(1, 2, 3, 4, 5, 6);
  }

  @Test
  void headersOfAnyLengthAreRead() throws IOException {
    for (int padding = 0; padding < 200; padding++) { // the first byte may look like a pickle's
      byte[] text = (header().toString() + " ".repeat(padding)).getBytes(StandardCharsets.UTF_8);

      assertThat(attempt.read(file(text, data())).weights().tensors()).hasSize(2);
    }
  }

  @Test
  void wrongRangesTypesAndShapesAreRejected() throws IOException {
    rejects(header -> offsets(header, "b", 16, 24), "b"); // overlaps
    rejects(header -> offsets(header, "b", 28, 36), "b"); // beyond the end
    rejects(header -> offsets(header, "b", 25, 33), "b"); // misaligned
    rejects(header -> offsets(header, "b", 32, 24), "b"); // reversed
    rejects(header -> offsets(header, "b", -8, 0), "b");
    rejects(header -> offsets(header, "b", 24, Long.MAX_VALUE), "b");
    rejects(header -> header.withArray("/b/data_offsets").add(1), "b");
    rejects(header -> header.withArray("/b/data_offsets").set(0, 24.0), "b");
    rejects(header -> header.withArray("/b/data_offsets").set(0, "24"), "b");
    rejects(header -> header.withArray("/b/shape").add(2), "b");
    rejects(header -> header.withArray("/b/shape").set(0, -2), "b");
    rejects(header -> header.withArray("/b/shape").add(1L << 62).add(1L << 62), "b");
    rejects(header -> header.withObject("/b").put("dtype", "F64"), "b");
    rejects(header -> header.withObject("/b").put("dtype", "F8_E4M3"), "F8_E4M3");
    rejects(header -> header.withObject("/b").put("dtype", 1), "b");
    rejects(header -> header.withObject("/b").put("more", 1), "more");
    rejects(header -> header.withObject("/b").remove("shape"), "b");
    rejects(header -> header.withObject("/b").remove("data_offsets"), "b");
    rejects(header -> header.remove("b"), "32"); // a gap at the end
    rejects(header -> header.remove("a"), "b"); // a gap at the beginning
    rejects(header -> header.putObject("__metadata__").put("a", 1), "__metadata__");
    rejects(header -> header.put("b", 1), "b");
  }

  @Test
  void damagedHeadersAreRejected() throws IOException {
    String header = header().toString();
    byte[] good = file(header.getBytes(StandardCharsets.UTF_8), data());

    attempt.rejects(file(header.replace("\"b\"", "\"a\""), data()), "a"); // a duplicate name
    attempt.rejects(file(header.replace("\"dtype\"", "\"shape\""), data()));
    attempt.rejects(file(header + "{}", data()));
    attempt.rejects(file(header.substring(0, header.length() - 1), data()));
    attempt.rejects(file("{\"a\":".repeat(20_000), data()));
    attempt.rejects(file("[" + header + "]", data()));
    attempt.rejects(Arrays.copyOf(good, good.length + 1), "33"); // a trailing byte
    byte[] latin = header.replace("\"b\"", "\"\u00ff\"").getBytes(StandardCharsets.ISO_8859_1);
    attempt.rejects(file(latin, data()), "UTF-8");
    for (long length : new long[] {0, 1, 100_000_001, Long.MAX_VALUE, Long.MIN_VALUE, -1}) {
      byte[] wrong = good.clone();
      ByteBuffer.wrap(wrong).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
      attempt.rejects(wrong, Long.toUnsignedString(length));
    }
    for (int length = 0; length < good.length; length++) {
      attempt.rejects(Arrays.copyOf(good, length));
    }
  }

  @Test
  void manyTensorsAreRejected() throws IOException {
    StringBuilder header = new StringBuilder("{");
    for (int i = 0; i < 60_000; i++) {
      header.append(
          "\"%d\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]},".formatted(i));
    }
    header.setCharAt(header.length() - 1, '}');

    attempt.rejects(file(header.toString(), new byte[0]), "50000");
  }

  @Test
  void filesWithFlippedBytesAreReadOrRejected() throws IOException {
    Path file = folder.resolve("whole.safetensors");
    SafetensorsWriter.write(file, tensors(), Map.of("format", "pt"));
    byte[] whole = Files.readAllBytes(file);
    for (int seed = 0; seed < 1500; seed++) {
      Random random = new Random(seed);
      byte[] damaged = whole.clone();
      for (int i = 0; i <= random.nextInt(4); i++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      try {
        attempt.read(damaged); // there is no checksum: a wrong value goes unnoticed
      } catch (ServiceException rejection) {
        rejection.rethrowUnless(ErrorCode.BAD_CHECKPOINT);
        Attempt.requireSpecificReason(rejection);
      }
    }
  }

  private void rejects(Consumer<ObjectNode> change, String fact) throws IOException {
    ObjectNode header = header();
    change.accept(header);
    attempt.rejects(file(header.toString(), data()), fact);
  }

  private static ObjectNode header() throws JsonProcessingException {
    return (ObjectNode)
        JSON.readTree(
            """
            {"a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
             "b": {"dtype": "F32", "shape": [2], "data_offsets": [24, 32]}}\
            """);
  }

  private static void offsets(ObjectNode header, String name, long begin, long end) {
    header.withObject("/" + name).putArray("data_offsets").add(begin).add(end);
  }

  private static byte[] data() {
    return new byte[32];
  }

  private static byte[] file(String header, byte[] data) {
    return file(header.getBytes(StandardCharsets.UTF_8), data);
  }

  private static byte[] file(byte[] header, byte[] data) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).array());
    file.writeBytes(header);
    file.writeBytes(data);
    return file.toByteArray();
  }
}
