package io.github.vanillanet.benchmark;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.vanillanet.model.export.OnnxExport;
import io.github.vanillanet.model.export.OnnxInt8;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Int8Steps;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * An int8 net in ONNX Runtime, with the weights and ranges of the service's. It takes pixels with
 * channels first, the layout that ONNX Runtime needs.
 */
final class OnnxInt8Net implements AutoCloseable {

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final long[] shape;

  OnnxInt8Net(Int8Steps steps, Architecture net, int threads) throws IOException, OrtException {
    shape = new long[] {1, 3, net.inputHeight(), net.inputWidth()};
    Path file = Files.createTempFile("vanillanet-", ".onnx");
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      OnnxInt8.write(steps, net.inputHeight(), net.inputWidth(), net.classes(), file);
      options.setIntraOpNumThreads(threads);
      session = environment.createSession(file.toString(), options);
    } finally {
      Files.delete(file);
    }
  }

  /** The pixels of an image in the layout of {@link #forward}. */
  static ByteBuffer channelsFirst(ByteBuffer image) {
    int area = image.remaining() / 3;
    ByteBuffer planes = ByteBuffer.allocateDirect(image.remaining());
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < area; i++) {
        planes.put(image.get(image.position() + 3 * i + c));
      }
    }
    return planes.flip();
  }

  float[] forward(ByteBuffer channelsFirst) throws OrtException {
    try (OnnxTensor input =
            OnnxTensor.createTensor(
                environment, channelsFirst.duplicate(), shape, OnnxJavaType.UINT8);
        OrtSession.Result result = session.run(Map.of(OnnxExport.INPUT, input))) {
      return ((float[][]) result.get(0).getValue())[0];
    }
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
