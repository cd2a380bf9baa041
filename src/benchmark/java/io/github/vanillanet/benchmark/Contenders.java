package io.github.vanillanet.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.model.engine.TorchInstance;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.DeployedModule;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.onnx.OnnxNet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The same network and weights, computed in three ways. */
final class Contenders {

  private Contenders() {}

  /** All contenders; the service is the first. */
  static List<Contender> of(TorchRuntime runtime, Network network, StateDict weights, int threads)
      throws Exception {
    Path artifact = Files.createTempFile("vanillanet-benchmark-", ".pt");
    try {
      Architecture net = network.architecture();
      DeployedModule.of(
              network,
              weights,
              Preprocessing.official(net.inputHeight(), net.inputWidth()),
              Arithmetic.PUBLISHED)
          .write(artifact);
      return List.of(
          new Served(runtime, artifact, net, threads),
          new OnnxRuntime(network, weights, threads),
          new PlainTrace(runtime, artifact, net));
    } finally {
      Files.delete(artifact);
    }
  }

  /** The artifact, run as in the service. */
  private static final class Served implements Contender {

    private final ModelInstance instance;

    Served(TorchRuntime runtime, Path artifact, Architecture net, int threads) {
      instance =
          TorchInstance.load(
              runtime, artifact, Device.CPU, net.inputHeight(), net.inputWidth(), threads);
      instance.attachToThread();
    }

    @Override
    public String name() {
      return "served";
    }

    @Override
    public float[] forward(ByteBuffer normalised) {
      return instance.forward(InputKind.NORMALISED, normalised, 1);
    }

    @Override
    public void close() {
      instance.close();
    }
  }

  private static final class OnnxRuntime implements Contender {

    private final OnnxNet net;

    OnnxRuntime(Network network, StateDict weights, int threads) throws Exception {
      net = new OnnxNet(network, weights, threads);
    }

    @Override
    public String name() {
      return "onnxruntime";
    }

    @Override
    public float[] forward(ByteBuffer normalised) throws Exception {
      return net.forward(normalised);
    }

    @Override
    public void close() throws Exception {
      net.close();
    }
  }

  /**
   * The operators that {@code torch.jit.trace} would record of the official network, run by DJL:
   * the artifact before {@code prepare}, with dense tensors and the weights of the checkpoint.
   */
  private static final class PlainTrace implements Contender {

    private static final String[] NO_EXTRA_FILES = {};

    private final PtNDManager manager;
    private final PtSymbolBlock block;
    private final Shape shape;

    PlainTrace(TorchRuntime runtime, Path artifact, Architecture net) throws IOException {
      manager = runtime.newManager(Device.CPU);
      block = JniUtils.loadModule(manager, artifact, false, NO_EXTRA_FILES, NO_EXTRA_FILES, false);
      shape = new Shape(1, 3, net.inputHeight(), net.inputWidth());
    }

    @Override
    public String name() {
      return "plain trace";
    }

    @Override
    public float[] forward(ByteBuffer normalised) {
      try (PtNDManager scope = (PtNDManager) manager.newSubManager();
          IValue input =
              IValue.from((PtNDArray) scope.create(normalised, shape, DataType.FLOAT32));
          IValue result = IValueUtils.runMethod(block, "forward_normalised", input);
          NDArray logits = result.toTensor(scope)) {
        return logits.toFloatArray();
      }
    }

    @Override
    public void close() {
      block.close();
      manager.close();
    }
  }
}
