package io.github.vanillanet.model.repository;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.base.image.RgbImage;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.RangeRecorder;
import io.github.vanillanet.model.engine.TorchInstance;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.ActivationRanges;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.CalibrationModule;
import io.github.vanillanet.model.network.DeployedModule;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Int8Module;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.SeededWeights;
import io.github.vanillanet.model.network.VanillaNetVariant;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** A full-size, untrained model with weights from a fixed seed, to try and to time the service. */
public final class SeededModel {

  private static final long SEED = 5;

  private SeededModel() {}

  /** The model in the deployed form, ready to be published. */
  public static Candidate of(VanillaNetVariant variant) {
    Architecture architecture = Architecture.official(variant);
    Network deployed = Network.of(architecture, Form.DEPLOYED);
    return new Candidate(
        variant.modelName(),
        deployed,
        SeededWeights.of(deployed, SEED),
        1,
        Preprocessing.official(architecture.inputHeight(), architecture.inputWidth()),
        Labels.standard(architecture.classes()),
        false,
        "weights from seed " + SEED + ": untrained, for trying and timing only");
  }

  /**
   * Writes an artifact without a certificate, to measure times.
   *
   * @param images that the ranges of int8 come from; other precisions need none
   */
  public static void write(
      TorchRuntime runtime,
      VanillaNetVariant variant,
      Arithmetic arithmetic,
      List<RgbImage> images,
      Path file)
      throws IOException {
    Candidate model = of(variant);
    DeployedModule module =
        switch (arithmetic.precision()) {
          case FLOAT32, TF32, FLOAT16, BFLOAT16 ->
              DeployedModule.of(
                  model.network(), model.weights(), model.preprocessing(), arithmetic);
          case INT8 ->
              Int8Module.of(
                  model.network(),
                  model.weights(),
                  model.preprocessing(),
                  ranges(runtime, model, images, file));
        };
    module.write(file);
  }

  /**
   * @param file overwritten
   */
  private static ActivationRanges ranges(
      TorchRuntime runtime, Candidate model, List<RgbImage> images, Path file) throws IOException {
    int height = model.preprocessing().height();
    int width = model.preprocessing().width();
    CalibrationModule.of(model.network(), model.weights(), model.preprocessing()).write(file);
    RangeRecorder recorder = new RangeRecorder();
    try (TorchInstance instance = TorchInstance.load(runtime, file, Device.CPU, height, width, 1)) {
      instance.attachToThread();
      for (RgbImage image : images) {
        byte[] cropped = model.preprocessing().apply(image).rgb();
        ByteBuffer pixels = InputKind.IMAGES.buffer(1, height, width).put(cropped).flip();
        recorder.add(instance.activations(pixels, 1));
      }
    }
    return recorder.ranges(model.network());
  }
}
