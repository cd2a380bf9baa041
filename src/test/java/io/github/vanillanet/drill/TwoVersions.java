package io.github.vanillanet.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.vanillanet.Oracle;
import io.github.vanillanet.cli.Jar;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A narrow vanillanet_5 in versions with two sets of weights, and the answers of the official code
 * to one normalised image. Thread-safe.
 */
final class TwoVersions {

  static final String MODEL = "narrow";

  /** Where the weights are in the checkpoint. Odd and even imports use different ones. */
  static final List<String> KEYS = List.of("model_ema", "model");

  private static final String FILES = "models/vanillanet_5/";
  private static final int IMAGE_BYTES = 3 * 64 * 64 * Float.BYTES;
  private static final int CLASSES = 10;

  /** Relative to the largest logit; the official ones are rounded to float32, too. */
  private static final double TOLERANCE = 1e-4;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final ModelRepository repository;
  private final Map<Integer, float[]> golden = new ConcurrentHashMap<>();
  private final byte[] body;
  private final int headerBytes;

  TwoVersions(Path repository) throws IOException {
    this.repository = new ModelRepository(repository);
    byte[] header =
        ("{\"inputs\":[{\"name\":\"input\",\"shape\":[1,3,64,64],\"datatype\":\"FP32\","
                + "\"parameters\":{\"binary_data_size\":%d}}],"
                + "\"outputs\":[{\"name\":\"logits\",\"parameters\":{\"binary_data\":true}}]}")
            .formatted(IMAGE_BYTES)
            .getBytes(StandardCharsets.UTF_8);
    byte[] input = Files.readAllBytes(Oracle.file(FILES + "input.bin"));
    headerBytes = header.length;
    body = Arrays.copyOf(header, header.length + IMAGE_BYTES);
    System.arraycopy(input, 0, body, header.length, IMAGE_BYTES);
  }

  /** The command line that imports the weights under a key as the next version. */
  List<String> importing(String key) {
    return List.of(
        "import",
        "--checkpoint",
        Jar.fixture("vanillanet_5/checkpoint-3.pth"),
        "--variant",
        "vanillanet_5",
        "--input-size",
        "64",
        "--name",
        MODEL,
        "--key",
        key,
        "--repository",
        repository.root().toString());
  }

  /** Imports one version of each set of weights. */
  void importBoth(Jar jar) {
    for (String key : KEYS) {
      Jar.Result result = jar.run(importing(key).toArray(String[]::new));
      assertThat(result.exitCode()).as(result.err()).isZero();
    }
  }

  /** Asks for the image's logits; requires the golden ones of the version that answered. */
  int requireGolden(DrilledService service, HttpClient http)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> answer =
        http.send(request(service), HttpResponse.BodyHandlers.ofByteArray());
    return requireGolden(answer);
  }

  HttpRequest request(DrilledService service) {
    return service
        .request("/v2/models/" + MODEL + "/infer")
        .header("Content-Type", "application/octet-stream")
        .header("Inference-Header-Content-Length", Integer.toString(headerBytes))
        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
        .build();
  }

  /** Requires the golden logits of the version that answered; returns that version. */
  int requireGolden(HttpResponse<byte[]> answer) throws IOException {
    byte[] bytes = answer.body();
    assertThat(answer.statusCode())
        .as(new String(bytes, StandardCharsets.ISO_8859_1))
        .isEqualTo(200);
    int head =
        answer
            .headers()
            .firstValue("Inference-Header-Content-Length")
            .map(Integer::parseInt)
            .orElseThrow();
    JsonNode json = JSON.readTree(bytes, 0, head);
    int version = json.get("model_version").asInt();
    ByteBuffer logits =
        ByteBuffer.wrap(bytes, head, bytes.length - head).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(logits.remaining()).isEqualTo(CLASSES * Float.BYTES);
    float[] expected = golden.computeIfAbsent(version, this::official);
    double largest = 0;
    for (float logit : expected) {
      largest = Math.max(largest, Math.abs(logit));
    }
    for (float logit : expected) {
      assertThat((double) logits.getFloat())
          .as("version %d", version)
          .isCloseTo(logit, within(TOLERANCE * largest));
    }
    return version;
  }

  /** The official logits for the weights that a version was imported from. */
  private float[] official(int version) {
    String origin = repository.manifest(new ModelId(MODEL, version)).origin();
    List<String> weights = new ArrayList<>();
    for (String key : KEYS) {
      if (origin.endsWith(" " + key)) {
        weights.add(key);
      }
    }
    assertThat(weights).as(origin).hasSize(1);
    try {
      byte[] bytes =
          Files.readAllBytes(Oracle.file(FILES + "logits." + weights.get(0) + ".act1.bin"));
      float[] logits = new float[CLASSES];
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(logits);
      return logits;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
