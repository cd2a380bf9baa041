package io.github.vanillanet.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.ScalarType;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.DeployedModule;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.VanillaNetVariant;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** Artifacts that tests write and load. */
abstract class TorchInstances {

  static final List<Double> MEAN = List.of(0.485, 0.456, 0.406);
  static final List<Double> STD = List.of(0.229, 0.224, 0.225);

  final TorchRuntime runtime = TorchRuntime.load();

  @TempDir Path folder;

  static Architecture small() {
    return new Architecture(VanillaNetVariant.VANILLANET_5, List.of(8, 16, 16, 24), 3, 5, 64, 64);
  }

  /** The arithmetic of torchvision: scale to 0..1, subtract, divide, each rounded to float32. */
  static ByteBuffer normalised(byte[] pixels, int samples, int area) {
    ByteBuffer tensor =
        ByteBuffer.allocateDirect(pixels.length * Float.BYTES).order(ByteOrder.nativeOrder());
    for (int n = 0; n < samples; n++) {
      for (int c = 0; c < 3; c++) {
        for (int i = 0; i < area; i++) {
          float value = (pixels[(n * area + i) * 3 + c] & 0xff) / 255f;
          tensor.putFloat((value - MEAN.get(c).floatValue()) / STD.get(c).floatValue());
        }
      }
    }
    return tensor.flip();
  }

  TorchInstance load(Network deployed, StateDict weights) throws IOException {
    return load(write(deployed, weights), deployed.architecture());
  }

  TorchInstance loadOnCpu(Network deployed, StateDict weights) throws IOException {
    Path artifact = Files.createTempFile(folder, "model", ".pt");
    Architecture net = deployed.architecture();
    Preprocessing preprocessing = Preprocessing.official(net.inputHeight(), net.inputWidth());
    DeployedModule module = DeployedModule.onCpu(deployed, weights, preprocessing);
    assertThat(module.source().contains("prepacked")).isNotEqualTo(net.adaptive());
    module.write(artifact);
    return load(artifact, net);
  }

  TorchInstance load(Path artifact, Architecture net) {
    TorchInstance instance =
        TorchInstance.load(runtime, artifact, Device.CPU, net.inputHeight(), net.inputWidth(), 2);
    instance.attachToThread();
    return instance;
  }

  Path write(Network deployed, StateDict weights) throws IOException {
    Path artifact = Files.createTempFile(folder, "model", ".pt");
    Architecture net = deployed.architecture();
    DeployedModule.of(
            deployed,
            weights,
            Preprocessing.official(net.inputHeight(), net.inputWidth()),
            Arithmetic.PUBLISHED)
        .write(artifact);
    return artifact;
  }

  static StateDict float32(StateDict weights) {
    Map<String, HostTensor> rounded = new LinkedHashMap<>();
    weights.tensors().forEach((name, tensor) -> rounded.put(name, tensor.to(ScalarType.FLOAT32)));
    return new StateDict(rounded);
  }

  static ByteBuffer direct(ByteBuffer bytes) {
    return ByteBuffer.allocateDirect(bytes.remaining())
        .order(ByteOrder.nativeOrder())
        .put(bytes)
        .flip();
  }
}
