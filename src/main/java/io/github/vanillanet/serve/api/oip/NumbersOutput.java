package io.github.vanillanet.serve.api.oip;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.vanillanet.serve.inference.Inference;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Logits as they are. */
record NumbersOutput(Inference inference) implements InferAnswer.LogitsOutput {

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
