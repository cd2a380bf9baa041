package io.github.vanillanet.serve.registry;

import static io.github.vanillanet.base.error.ErrorCode.OUT_OF_DEVICE_MEMORY;

import io.github.vanillanet.base.image.RgbImage;
import io.github.vanillanet.model.certify.Certificate;
import io.github.vanillanet.model.checkpoint.ScalarType;
import io.github.vanillanet.model.checkpoint.ScriptWeights;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.InstanceLoader;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.model.repository.StoredVersion;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToLongBiFunction;

/** Devices that answer probes with the golden logits, with errors and delays set by a test. */
final class FakeDevices implements InstanceLoader {

  final List<Instance> loaded = new ArrayList<>();
  final Map<Device, DoubleUnaryOperator> errors = new HashMap<>();
  final Map<ScalarType, DoubleUnaryOperator> alterations = new HashMap<>();

  /** Time of a forward in nanoseconds, by the type of the weights and the number of samples. */
  ToLongBiFunction<ScalarType, Integer> times = (weights, samples) -> 0;

  final Map<Device, Semaphore> gates = new ConcurrentHashMap<>();

  /** One permit for each forward that has reached a gate. */
  final Semaphore waiting = new Semaphore(0);

  final List<Device> full = new ArrayList<>();

  private final Certificate certificate;
  private final List<RgbImage> probes;

  FakeDevices(StoredVersion version) {
    this.certificate = version.manifest().certificate();
    this.probes =
        certificate
            .probes()
            .images(
                version.manifest().architecture().inputHeight(),
                version.manifest().architecture().inputWidth());
  }

  final class Instance implements ModelInstance {
    final Device device;
    final Path artifact;
    final ScalarType weights;
    final List<String> forwards = Collections.synchronizedList(new ArrayList<>());
    volatile boolean closed;

    private Instance(Device device, Path artifact) {
      this.device = device;
      this.artifact = artifact;
      this.weights = ScriptWeights.read(artifact).tensors().values().iterator().next().type();
    }

    @Override
    public Device device() {
      return device;
    }

    @Override
    public void attachToThread() {}

    @Override
    public float[] forward(InputKind kind, ByteBuffer input, int samples) {
      forwards.add(kind + "x" + samples);
      if (gates.containsKey(device)) {
        waiting.release();
        gates.get(device).acquireUninterruptibly();
      }
      long end = System.nanoTime() + times.applyAsLong(weights, samples);
      while (System.nanoTime() < end) {
        Thread.onSpinWait();
      }
      byte[] pixels = new byte[input.remaining() / samples];
      input.get(input.position(), pixels);
      int classes = certificate.goldenLogits().get(0).size();
      float[] logits = new float[samples * classes];
      for (int probe = 0; probe < probes.size(); probe++) {
        if (Arrays.equals(probes.get(probe).rgb(), pixels)) {
          for (int i = 0; i < logits.length; i++) {
            float golden = certificate.goldenLogits().get(probe).get(i % classes);
            double altered = alterations.getOrDefault(weights, x -> x).applyAsDouble(golden);
            logits[i] = (float) errors.getOrDefault(device, x -> x).applyAsDouble(altered);
          }
        }
      }
      return logits;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  @Override
  public ModelInstance load(Path artifact, Device device, int height, int width) {
    if (full.contains(device)) {
      throw OUT_OF_DEVICE_MEMORY.error("the device is out of memory: %s", device);
    }
    Instance instance = new Instance(device, artifact);
    loaded.add(instance);
    return instance;
  }
}
