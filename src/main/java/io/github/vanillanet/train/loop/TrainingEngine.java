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
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.ScalarType;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchFailure;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.train.dataset.Batch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A {@link TrainingModule} loaded by libtorch, and the only class of this package that holds native
 * tensors. Each call opens one scope that owns the tensors it creates, so that native memory does
 * not grow with the length of a run.
 *
 * <p>One thread at a time. The engine uses the thread count of the calling thread.
 */
record TrainingEngine(PtNDManager manager, PtSymbolBlock block, List<String> stateNames)
    implements AutoCloseable {

  static TrainingEngine load(TorchRuntime runtime, Device device, TrainingModule module) {
    PtNDManager manager = runtime.newManager(device);
    try {
      // The optimizing executor differentiates the graph by its own rules and compiles it again for
      // every new shape. Without it, autograd records each operator once.
      JniUtils.setGraphExecutorOptimize(false);
      PtSymbolBlock block = runtime.loadModule(manager, device, module.source(), module.root());
      TrainingEngine engine = new TrainingEngine(manager, block, module.stateNames());
      engine.call("adopt", scope -> new NDList(numbers(scope)), out -> out.size());
      return engine;
    } catch (EngineException e) {
      manager.close();
      throw failure(e);
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  /**
   * Result of one optimizer step.
   *
   * @param logits [n × classes]
   */
  record Step(double loss, float[] logits) {}

  Step step(StepInput input) {
    return call(
        "step",
        scope -> arguments(scope, input),
        out -> new Step(out.get(0).getDouble(), out.get(1).toFloatArray()));
  }

  /**
   * Logits [n × classes] in evaluation mode.
   *
   * @param average whether to use the moving average of the weights
   */
  float[] evaluate(Batch batch, double slope, boolean average) {
    return call(
        "evaluate",
        scope -> new NDList(images(scope, batch), numbers(scope, slope, average ? 1 : 0)),
        out -> out.get(0).toFloatArray());
  }

  /**
   * Takes the running statistics of the average from training batches: the mean over all of them.
   *
   * @param seen parts of the batches before this one
   * @param parts that the batch is split into
   */
  void calibrate(Batch batch, double slope, int seen, int parts) {
    call(
        "calibrate",
        scope -> new NDList(images(scope, batch), numbers(scope, slope, seen, parts)),
        out -> out.size());
  }

  StateDict state() {
    return call(
        "state",
        scope -> new NDList(numbers(scope)),
        tensors -> {
          Map<String, HostTensor> state = new LinkedHashMap<>();
          for (int i = 0; i < stateNames.size(); i++) {
            state.put(stateNames.get(i), toHost(tensors.get(i)));
          }
          return new StateDict(state);
        });
  }

  private static HostTensor toHost(NDArray tensor) {
    boolean counter = tensor.getDataType() == DataType.INT64;
    return HostTensor.build(
        counter ? ScalarType.INT64 : ScalarType.FLOAT32,
        tensor.getShape().getShape(),
        bytes -> bytes.put(tensor.toByteBuffer(false)));
  }

  NDList arguments(PtNDManager scope, StepInput input) {
    int samples = input.batch().size();
    float[] targets = input.targets();
    float[] dropout = input.dropout();
    return new NDList(
        images(scope, input.batch()),
        scope.create(targets, new Shape(samples, targets.length / samples)),
        dropout.length == 0
            ? scope.create(dropout)
            : scope.create(dropout, new Shape(samples, dropout.length / samples)),
        numbers(scope, input.controls().values()));
  }

  private NDArray images(PtNDManager scope, Batch batch) {
    Shape shape = new Shape(batch.size(), 3, batch.side(), batch.side());
    return scope.create(batch.input(), shape, DataType.FLOAT32);
  }

  /** A float64 tensor of the CPU, whatever the device of the module. */
  private static NDArray numbers(PtNDManager scope, double... values) {
    return scope.newSubManager(ai.djl.Device.cpu()).create(values);
  }

  /**
   * Calls a method of the module in training mode: the engine's inference mode has no gradients.
   */
  <T> T call(String method, Function<PtNDManager, NDList> arguments, Function<NDList, T> result) {
    try (PtNDManager scope = (PtNDManager) manager.newSubManager()) {
      NDList all = arguments.apply(scope);
      NDArray marker = scope.create(0f);
      marker.setName("module_method:" + method);
      all.add(marker);
      return result.apply(IValueUtils.forward(block, all, true));
    } catch (EngineException e) {
      throw failure(e);
    }
  }

  private static ServiceException failure(EngineException e) {
    return TorchFailure.of(e, ErrorCode.ENGINE_FAILURE, "the training step failed");
  }

  @Override
  public void close() {
    block.close();
    manager.close();
  }
}
