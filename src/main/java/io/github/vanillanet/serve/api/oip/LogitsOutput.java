package io.github.vanillanet.serve.api.oip;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.vanillanet.serve.inference.Inference;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** The only output, in one of its two forms. */
sealed interface LogitsOutput {

  String datatype();

  int columns();

  /** All elements, little-endian. */
  byte[] binary();

  void write(JsonGenerator json) throws IOException;

  /** All logits. */
  record Numbers(Inference inference) implements LogitsOutput {

    @Override
    public String datatype() {
      return "FP32";
    }

    @Override
    public int columns() {
      return inference.logits().length / inference.samples();
    }

    @Override
    public byte[] binary() {
      float[] logits = inference.logits();
      ByteBuffer bytes =
          ByteBuffer.allocate(logits.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(logits);
      return bytes.array();
    }

    @Override
    public void write(JsonGenerator json) throws IOException {
      for (float logit : inference.logits()) {
        if (Float.isNaN(logit)) {
          json.writeNull(); // JSON has no NaN
        } else {
          json.writeNumber(logit);
        }
      }
    }
  }

  /**
   * The best classes of each row as strings {@code LOGIT:INDEX:LABEL}, best first. The datatype is
   * BYTES, as in the text of the extension; its example has STRING.
   *
   * @param columns strings in each row
   * @see <a
   *     href="https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_classification.md">the
   *     classification extension</a>
   */
  record Classes(int columns, List<String> strings) implements LogitsOutput {

    static Classes of(Inference inference, int count) {
      float[] logits = inference.logits();
      int classes = logits.length / inference.samples();
      int columns = Math.min(count, classes);
      List<String> strings = new ArrayList<>();
      for (int sample = 0; sample < inference.samples(); sample++) {
        int row = sample * classes;
        boolean rejected = inference.rejection(sample).isPresent();
        IntStream.range(0, classes)
            .boxed()
            .sorted(Comparator.comparingDouble(index -> -logits[row + index]))
            .limit(columns)
            .map(index -> rejected ? "" : string(logits[row + index], index, inference.labels()))
            .forEach(strings::add);
      }
      return new Classes(columns, strings);
    }

    private static String string(float logit, int index, List<String> labels) {
      return String.format(Locale.ROOT, "%f:%d:%s", logit, index, labels.get(index));
    }

    @Override
    public String datatype() {
      return "BYTES";
    }

    @Override
    public byte[] binary() {
      List<byte[]> elements =
          strings.stream().map(string -> string.getBytes(StandardCharsets.UTF_8)).toList();
      int size = elements.stream().mapToInt(element -> Integer.BYTES + element.length).sum();
      ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
      for (byte[] element : elements) {
        bytes.putInt(element.length).put(element);
      }
      return bytes.array();
    }

    @Override
    public void write(JsonGenerator json) throws IOException {
      for (String string : strings) {
        json.writeString(string);
      }
    }
  }
}
