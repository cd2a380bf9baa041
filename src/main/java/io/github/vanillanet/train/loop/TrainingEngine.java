package io.github.vanillanet.train.loop;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.ScalarType;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.checkpoint.TorchArchive;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchFailure;
import io.github.vanillanet.model.engine.TorchRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A {@link TrainingModule} loaded by libtorch: the only class of this package that holds native
 * tensors. Each call has its own scope, so that memory stays flat however long a run is.
 *
 * <p>One thread at a time; the engine's thread count is the calling thread's.
 */
final class TrainingEngine implements AutoCloseable {

  private static final String[] NO_EXTRA_FILES = {};

  private final PtNDManager manager;
  private final PtSymbolBlock block;
  private final List<String> stateNames;
  private final int height;
  private final int width;

  private TrainingEngine(
      PtNDManager manager, PtSymbolBlock block, List<String> stateNames, int height, int width) {
    this.manager = manager;
    this.block = block;
    this.stateNames = stateNames;
    this.height = height;
    this.width = width;
  }

  static TrainingEngine load(
      TorchRuntime runtime, Device device, TrainingModule module, int height, int width) {
    PtNDManager manager = runtime.newManager(device);
    try {
      Path file = Files.createTempFile("vanillanet-training-", ".pt");
      try {
        TorchArchive.writeModule(file, module.source(), module.root());
        // The optimizing executor would differentiate the graph by its own rules and compile it
        // again for every new shape; run as written, each operator is recorded once by autograd.
        JniUtils.setGraphExecutorOptimize(false);
        PtSymbolBlock block =
            JniUtils.loadModule(
                manager,
                file,
                device.kind() == Device.Kind.CUDA,
                NO_EXTRA_FILES,
                NO_EXTRA_FILES,
                false);
        TrainingEngine engine =
            new TrainingEngine(manager, block, module.stateNames(), height, width);
        engine.adopt();
        return engine;
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      manager.close();
      throw new UncheckedIOException("the temporary folder cannot be written", e);
    } catch (EngineException e) {
      manager.close();
      throw TorchFailure.of(e, ErrorCode.ENGINE_FAILURE, "training failed");
    }
  }

  private void adopt() {
    try (PtNDManager scope = (PtNDManager) manager.newSubManager()) {
      call(scope, "adopt", new NDList(scope.create(new double[0])));
    }
  }

  /** Loss and logits of one optimizer step. */
  record Step(double loss, float[] logits) {}

  /**
   * @param input float32 {@code [n, 3, h, w]}, direct
   * @param targets {@code [n × classes]}
   * @param mask dropout factors {@code [n × width]}; empty for none
   */
  Step step(ByteBuffer input, int samples, float[] targets, float[] mask, Controls controls) {
    try (PtNDManager scope = (PtNDManager) manager.newSubManager()) {
      NDList out = call(scope, "step", arguments(scope, input, samples, targets, mask, controls));
      return new Step(out.get(0).getDouble(), out.get(1).toFloatArray());
    } catch (EngineException e) {
      throw TorchFailure.of(e, ErrorCode.ENGINE_FAILURE, "training failed");
    }
  }

  /** Loss, logits, then the gradient of every parameter; moves only the running statistics. */
  List<float[]> gradients(
      ByteBuffer input, int samples, float[] targets, float[] mask, Controls controls) {
    try (PtNDManager scope = (PtNDManager) manager.newSubManager()) {
      NDList out =
          call(scope, "gradients", arguments(scope, input, samples, targets, mask, controls));
      NDArray loss = out.get(0).toType(DataType.FLOAT32, false);
      out.set(0, loss);
      return out.stream().map(array -> array.toFloatArray()).toList();
    }
  }

  /** Moves the parameters by gradients that come from elsewhere, in the parameters' order. */
  void apply(List<HostTensor> gradients, Controls controls) {
    try (PtNDManager scope = (PtNDManager) manager.newSubManager()) {
      NDList arguments = new NDList();
      for (HostTensor gradient : gradients) {
        NDArray array = tensor(scope, gradient);
        array.setName("g[]");
        arguments.add(array);
      }
      arguments.add(scope.create(controls.values()));
      call(scope, "apply", arguments);
    }
  }

  /** Logits {@code [n × classes]} in evaluation mode. */
  float[] evaluate(ByteBuffer input, int samples, double slope, boolean average) {
    try (PtNDManager scope = (PtNDManager) manager.newSubManager()) {
      NDList arguments =
          new NDList(
              images(scope, input, samples), scope.create(Controls.evaluation(slope, average)));
      return call(scope, "evaluate", arguments).get(0).toFloatArray();
    } catch (EngineException e) {
      throw TorchFailure.of(e, ErrorCode.ENGINE_FAILURE, "training failed");
    }
  }

  /** A copy of all state in host memory, by the module's names. */
  StateDict state() {
    try (PtNDManager scope = (PtNDManager) manager.newSubManager()) {
      NDList tensors = call(scope, "state", new NDList(scope.create(new double[0])));
      Map<String, HostTensor> state = new LinkedHashMap<>();
      for (int i = 0; i < stateNames.size(); i++) {
        NDArray tensor = tensors.get(i);
        ScalarType type =
            tensor.getDataType() == DataType.INT64 ? ScalarType.INT64 : ScalarType.FLOAT32;
        state.put(
            stateNames.get(i),
            HostTensor.build(
                type,
                tensor.getShape().getShape(),
                bytes -> bytes.put(tensor.toByteBuffer(false))));
      }
      return new StateDict(state);
    }
  }

  private NDList arguments(
      PtNDManager scope,
      ByteBuffer input,
      int samples,
      float[] targets,
      float[] mask,
      Controls controls) {
    return new NDList(
        images(scope, input, samples),
        scope.create(targets, new Shape(samples, targets.length / samples)),
        mask.length == 0
            ? scope.create(mask)
            : scope.create(mask, new Shape(samples, mask.length / samples)),
        scope.create(controls.values()));
  }

  private NDArray images(PtNDManager scope, ByteBuffer input, int samples) {
    return scope.create(input, new Shape(samples, 3, height, width), DataType.FLOAT32);
  }

  private static NDArray tensor(PtNDManager scope, HostTensor tensor) {
    return scope.create(
        tensor.to(ScalarType.FLOAT32).bytes(), new Shape(tensor.shape()), DataType.FLOAT32);
  }

  /** In the engine's training mode: its inference mode forbids gradients. */
  private NDList call(PtNDManager scope, String method, NDList arguments) {
    NDArray marker = scope.create(0f);
    marker.setName("module_method:" + method);
    arguments.add(marker);
    return IValueUtils.forward(block, arguments, true);
  }

  @Override
  public void close() {
    block.close();
    manager.close();
  }
}
