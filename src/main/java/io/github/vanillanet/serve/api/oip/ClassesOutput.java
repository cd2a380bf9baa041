package io.github.vanillanet.serve.api.oip;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.vanillanet.serve.inference.Inference;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The best classes of each row as strings {@code SCORE:INDEX:LABEL}, best first, the score a logit.
 * The extension's example says STRING where its text says BYTES; it is BYTES.
 *
 * @param columns strings in each row
 * @see <a
 *     href="https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_classification.md">the
 *     classification extension</a>
 */
record ClassesOutput(int columns, List<String> strings) implements InferAnswer.LogitsOutput {

  static ClassesOutput of(Inference inference, int count) {
    float[] logits = inference.logits();
    int classes = logits.length / inference.samples();
    int columns = Math.min(count, classes);
    List<String> strings = new ArrayList<>();
    for (int sample = 0; sample < inference.samples(); sample++) {
      int row = sample * classes;
      boolean refused = inference.refused().containsKey(sample);
      IntStream.range(0, classes)
          .boxed()
          .sorted(Comparator.comparingDouble(index -> -logits[row + index]))
          .limit(columns)
          .map(index -> refused ? "" : string(logits[row + index], index, inference.labels()))
          .forEach(strings::add);
    }
    return new ClassesOutput(columns, strings);
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
    List<byte[]> elements = strings.stream().map(InferAnswer::utf8).toList();
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
