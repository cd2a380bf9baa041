package io.github.vanillanet.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.export.OnnxExport;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Network;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** A deployed net in ONNX Runtime on the CPU, with default settings except for the threads. */
public final class OnnxNet implements AutoCloseable {

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final long[] shape;

  /**
   * @param threads of one forward; by default they spin while they wait
   */
  public OnnxNet(Network network, StateDict weights, int threads) throws IOException, OrtException {
    Architecture net = network.architecture();
    shape = new long[] {1, 3, net.inputHeight(), net.inputWidth()};
    Path file = Files.createTempFile("vanillanet-", ".onnx");
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      OnnxExport.write(network, weights, Optional.empty(), Map.of(), file);
      options.setIntraOpNumThreads(threads);
      session = environment.createSession(file.toString(), options);
    } finally {
      Files.delete(file);
    }
  }

  /** Version of the runtime. */
  public String version() {
    return environment.getVersion();
  }

  /**
   * @param normalised direct, native order: one float32 sample [3, h, w]
   * @return logits
   */
  public float[] forward(ByteBuffer normalised) throws OrtException {
    ByteBuffer sample = normalised.duplicate().order(ByteOrder.nativeOrder());
    try (OnnxTensor input = OnnxTensor.createTensor(environment, sample.asFloatBuffer(), shape);
        OrtSession.Result result = session.run(Map.of(OnnxExport.INPUT, input))) {
      return ((float[][]) result.get(0).getValue())[0];
    }
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
