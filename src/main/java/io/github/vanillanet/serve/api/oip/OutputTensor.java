package io.github.vanillanet.serve.api.oip;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializable;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import io.github.vanillanet.serve.inference.ClassMaps;
import io.github.vanillanet.serve.inference.Inference;
import io.github.vanillanet.serve.inference.Prediction;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The elements of one output, row-major.
 *
 * @param numbers of an FP32 tensor
 * @param strings of a BYTES tensor; empty for FP32
 */
public record OutputTensor(List<Integer> shape, float[] numbers, List<String> strings) {

  public static OutputTensor of(InferAnswer.Output output, Inference inference) {
    return switch (output.name()) {
      case InferAnswer.FEATURES -> features(inference, inference.maps().orElseThrow());
      case InferAnswer.MAPS ->
          maps(inference, inference.maps().orElseThrow(), output.bestClasses());
      default -> logits(inference, output.bestClasses());
    };
  }

  private static OutputTensor logits(Inference inference, int bestClasses) {
    int classes = inference.labels().size();
    if (bestClasses == 0) {
      return new OutputTensor(List.of(inference.samples(), classes), inference.logits(), List.of());
    }
    int columns = Math.min(bestClasses, classes);
    return new OutputTensor(
        List.of(inference.samples(), columns), new float[0], best(inference, classes, columns));
  }

  private static OutputTensor features(Inference inference, ClassMaps maps) {
    int channels = maps.geometry().channels();
    float[] all = new float[inference.samples() * channels];
    for (int sample = 0; sample < inference.samples(); sample++) {
      System.arraycopy(maps.features(sample), 0, all, sample * channels, channels);
    }
    return new OutputTensor(List.of(inference.samples(), channels), all, List.of());
  }

  /**
   * The evidence at every position.
   *
   * @param bestClasses number of classes, the most probable first; 0 for all classes in the order
   *     of the logits
   */
  private static OutputTensor maps(Inference inference, ClassMaps maps, int bestClasses) {
    int classes = inference.labels().size();
    int shown = bestClasses == 0 ? classes : Math.min(bestClasses, classes);
    int rows = maps.geometry().size().height();
    int columns = maps.geometry().size().width();
    int area = rows * columns;
    float[] all = new float[inference.samples() * shown * area];
    for (int sample = 0; sample < inference.samples(); sample++) {
      int to = sample * shown * area;
      if (bestClasses == 0) {
        System.arraycopy(maps.evidence(sample), 0, all, to, shown * area);
        continue;
      }
      for (Prediction best : inference.top(sample, shown)) {
        System.arraycopy(maps.evidence(sample, best.index()), 0, all, to, area);
        to += area;
      }
    }
    return new OutputTensor(List.of(inference.samples(), shown, rows, columns), all, List.of());
  }

  public String datatype() {
    return strings.isEmpty() ? "FP32" : "BYTES";
  }

  /** The elements for JSON. */
  Object data() {
    return strings.isEmpty() ? new Numbers(numbers) : strings;
  }

  /** Writes NaN, which JSON does not support, as null. */
  private record Numbers(float[] values) implements JsonSerializable {

    @Override
    public void serialize(JsonGenerator json, SerializerProvider provider) throws IOException {
      json.writeStartArray();
      for (float value : values) {
        if (Float.isNaN(value)) {
          json.writeNull();
        } else {
          json.writeNumber(value);
        }
      }
      json.writeEndArray();
    }

    @Override
    public void serializeWithType(
        JsonGenerator json, SerializerProvider provider, TypeSerializer types) throws IOException {
      serialize(json, provider);
    }
  }

  /** The elements in the protocol's binary form, little-endian. */
  public byte[] bytes() {
    if (!strings.isEmpty()) {
      return bytes(strings);
    }
    ByteBuffer bytes =
        ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(numbers);
    return bytes.array();
  }

  private static byte[] bytes(List<String> strings) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (String string : strings) {
      byte[] text = string.getBytes(StandardCharsets.UTF_8);
      all.writeBytes(
          ByteBuffer.allocate(Integer.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putInt(text.length)
              .array());
      all.writeBytes(text);
    }
    return all.toByteArray();
  }

  /**
   * The most probable classes of each row as strings {@code LOGIT:INDEX:LABEL}, best first. With a
   * bias in the model's calibration, this need not be the order of the logits. The datatype is
   * BYTES, as the text of the extension requires; its example has STRING.
   *
   * @see <a
   *     href="https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_classification.md">the
   *     classification extension</a>
   */
  private static List<String> best(Inference inference, int classes, int columns) {
    float[] logits = inference.logits();
    List<String> strings = new ArrayList<>();
    for (int sample = 0; sample < inference.samples(); sample++) {
      int row = sample * classes;
      boolean rejected = inference.rejection(sample).isPresent();
      for (Prediction best : inference.top(sample, columns)) {
        strings.add(
            rejected
                ? ""
                : String.format(
                    Locale.ROOT,
                    "%f:%d:%s",
                    logits[row + best.index()],
                    best.index(),
                    best.label()));
      }
    }
    return strings;
  }
}
