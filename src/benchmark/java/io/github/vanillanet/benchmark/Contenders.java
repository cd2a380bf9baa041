package io.github.vanillanet.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.PrecisionProbe;
import io.github.vanillanet.model.engine.RangeRecorder;
import io.github.vanillanet.model.engine.TorchInstance;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.ActivationRanges;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.CalibrationModule;
import io.github.vanillanet.model.network.DeployedModule;
import io.github.vanillanet.model.network.Int8Module;
import io.github.vanillanet.model.network.Int8Steps;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.Precision;
import io.github.vanillanet.onnx.OnnxNet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** The same network and weights, computed in several ways. */
final class Contenders {

  private Contenders() {}

  /** Random images that activation ranges are measured on. */
  private static final int CALIBRATION_IMAGES = 16;

  private static final int COMPARED_IMAGES = 4;

  /** Of the largest logit. */
  private static final double LARGEST_DIFFERENCE = 0.05;

  /**
   * All contenders; the service in float32 is the first. Reduced precisions take part if the CPU
   * supports them, int8 in ONNX Runtime with the weights and ranges of the service's int8.
   */
  static List<Contender> of(TorchRuntime runtime, Network network, StateDict weights, int threads)
      throws Exception {
    Architecture net = network.architecture();
    Preprocessing preprocessing = Preprocessing.official(net.inputHeight(), net.inputWidth());
    DeployedModule published =
        DeployedModule.of(network, weights, preprocessing, Arithmetic.PUBLISHED);
    List<Contender> all = new ArrayList<>();
    DeployedModule onCpu = DeployedModule.onCpu(network, weights, preprocessing);
    all.add(new Served("served", runtime, onCpu, net, InputKind.NORMALISED, threads));
    all.add(new OnnxRuntime(network, weights, threads));
    all.add(new PlainTrace(runtime, published, net));
    if (PrecisionProbe.unsupported(runtime, Device.CPU, Precision.BFLOAT16).isEmpty()) {
      Arithmetic bfloat16 = new Arithmetic(Precision.BFLOAT16, false);
      DeployedModule reduced = DeployedModule.of(network, weights, preprocessing, bfloat16);
      all.add(new Served("bfloat16", runtime, reduced, net, InputKind.NORMALISED, threads));
    }
    if (PrecisionProbe.unsupported(runtime, Device.CPU, Precision.INT8).isEmpty()) {
      ActivationRanges ranges = ranges(runtime, network, weights, preprocessing);
      DeployedModule reduced = Int8Module.of(network, weights, preprocessing, ranges);
      Served served = new Served("int8", runtime, reduced, net, InputKind.IMAGES, threads);
      Int8Steps steps = Int8Steps.of(network, weights, preprocessing, ranges);
      OnnxInt8 onnx = new OnnxInt8(steps, net, threads);
      all.add(served);
      all.add(onnx);
      requireSameAnswers(net, served, onnx);
    }
    return all;
  }

  /** A wrong net may be fast. The bound is for maps that are rounded once more in one of them. */
  private static void requireSameAnswers(Architecture net, Served served, OnnxInt8 onnx)
      throws Exception {
    double worst = 0;
    for (int seed = 0; seed < COMPARED_IMAGES; seed++) {
      ByteBuffer image = Served.noise(net, CALIBRATION_IMAGES + seed);
      float[] expected = served.instance.forward(InputKind.IMAGES, image, 1);
      float[] found = onnx.net.forward(OnnxInt8Net.channelsFirst(image));
      double largest = 0;
      double difference = 0;
      for (int i = 0; i < expected.length; i++) {
        largest = Math.max(largest, Math.abs(expected[i]));
        difference = Math.max(difference, Math.abs(expected[i] - found[i]));
      }
      if (!(difference <= LARGEST_DIFFERENCE * largest)) {
        throw new IllegalStateException(
            "int8 logits of %.3g at most: ONNX Runtime's differ by %.3g"
                .formatted(largest, difference));
      }
      worst = Math.max(worst, difference / largest);
    }
    System.out.printf(
        Locale.ROOT, "int8: the logits of ONNX Runtime differ by up to %.2f %%%n", 100 * worst);
  }

  private static ActivationRanges ranges(
      TorchRuntime runtime, Network network, StateDict weights, Preprocessing preprocessing)
      throws IOException {
    Architecture net = network.architecture();
    try (TorchInstance measuring =
        load(runtime, CalibrationModule.of(network, weights, preprocessing), net, 1)) {
      RangeRecorder recorder = new RangeRecorder();
      for (int i = 0; i < CALIBRATION_IMAGES; i++) {
        recorder.add(measuring.activations(Served.noise(net, i), 1));
      }
      return recorder.ranges(network);
    }
  }

  private static TorchInstance load(
      TorchRuntime runtime, DeployedModule module, Architecture net, int threads)
      throws IOException {
    Path artifact = Files.createTempFile("vanillanet-benchmark-", ".pt");
    try {
      module.write(artifact);
      TorchInstance instance =
          TorchInstance.load(
              runtime, artifact, Device.CPU, net.inputHeight(), net.inputWidth(), threads);
      instance.attachToThread();
      return instance;
    } finally {
      Files.delete(artifact);
    }
  }

  /** An artifact, run as in the service. int8 takes images, because its stem does. */
  private static final class Served implements Contender {

    private final String name;
    private final TorchInstance instance;
    private final InputKind input;
    private final ByteBuffer images;

    Served(
        String name,
        TorchRuntime runtime,
        DeployedModule module,
        Architecture net,
        InputKind input,
        int threads)
        throws IOException {
      this.name = name;
      this.input = input;
      this.images = noise(net, 1);
      instance = load(runtime, module, net, threads);
    }

    static ByteBuffer noise(Architecture net, long seed) {
      ByteBuffer image = InputKind.IMAGES.buffer(1, net.inputHeight(), net.inputWidth());
      byte[] pixels = new byte[image.remaining()];
      new Random(seed).nextBytes(pixels);
      return image.put(pixels).flip();
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public float[] forward(ByteBuffer normalised) {
      return instance.forward(input, input == InputKind.IMAGES ? images : normalised, 1);
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

  private static final class OnnxInt8 implements Contender {

    private final OnnxInt8Net net;
    private final ByteBuffer image;

    OnnxInt8(Int8Steps steps, Architecture architecture, int threads) throws Exception {
      net = new OnnxInt8Net(steps, architecture, threads);
      image = OnnxInt8Net.channelsFirst(Served.noise(architecture, 1));
    }

    @Override
    public String name() {
      return "onnx int8";
    }

    @Override
    public float[] forward(ByteBuffer normalised) throws Exception {
      return net.forward(image);
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

    private final PtNDManager manager;
    private final PtSymbolBlock block;
    private final Shape shape;

    PlainTrace(TorchRuntime runtime, DeployedModule module, Architecture net) {
      manager = runtime.newManager(Device.CPU);
      block = runtime.loadModule(manager, Device.CPU, module.source(), module.root());
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
