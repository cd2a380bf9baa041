package io.github.vanillanet.cli;

import io.github.vanillanet.base.files.TemporaryFiles;
import io.github.vanillanet.base.image.RgbImage;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.FmaPeak;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.model.engine.TorchInstance;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.Precision;
import io.github.vanillanet.model.network.VanillaNetVariant;
import io.github.vanillanet.model.repository.SeededModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Times the forward passes of a variant in each precision in turn, and the peak between them. */
final class BenchTimes {

  private final TorchRuntime runtime;
  private final Device device;
  private final List<Precision> precisions;
  private final List<RgbImage> images;
  private final int threads;
  private final int runs;
  private final FmaPeak peak = new FmaPeak();

  /**
   * @param images for the ranges of int8
   */
  BenchTimes(
      TorchRuntime runtime,
      Device device,
      List<Precision> precisions,
      List<RgbImage> images,
      int threads,
      int runs) {
    this.runtime = runtime;
    this.device = device;
    this.precisions = precisions;
    this.images = images;
    this.threads = threads;
    this.runs = runs;
  }

  /** The nanoseconds of all runs in each precision, ascending. */
  Map<Precision, long[]> of(VanillaNetVariant variant) throws IOException {
    Architecture architecture = Architecture.official(variant);
    ByteBuffer image = BenchCommand.image(architecture.inputHeight());
    Map<Precision, ModelInstance> nets = new EnumMap<>(Precision.class);
    try {
      for (Precision precision : precisions) {
        nets.put(precision, load(architecture, precision));
      }
      return time(nets, image);
    } finally {
      nets.values().forEach(ModelInstance::close);
    }
  }

  private ModelInstance load(Architecture architecture, Precision precision) throws IOException {
    Path file = TemporaryFiles.file("vanillanet-bench-", ".pt");
    try {
      Arithmetic arithmetic = new Arithmetic(precision, false);
      SeededModel.write(runtime, architecture.variant(), arithmetic, images, file);
      int height = architecture.inputHeight();
      int width = architecture.inputWidth();
      return TorchInstance.load(runtime, file, device, height, width, threads);
    } finally {
      Files.delete(file);
    }
  }

  private Map<Precision, long[]> time(Map<Precision, ModelInstance> nets, ByteBuffer image) {
    Map<Precision, long[]> times = new EnumMap<>(Precision.class);
    nets.keySet().forEach(precision -> times.put(precision, new long[runs]));
    for (int run = -BenchCommand.WARM_UPS; run < runs; run++) {
      for (Map.Entry<Precision, ModelInstance> net : nets.entrySet()) {
        net.getValue().attachToThread();
        long started = System.nanoTime();
        net.getValue().forward(InputKind.IMAGES, image, 1);
        if (run >= 0) {
          times.get(net.getKey())[run] = System.nanoTime() - started;
        }
      }
      peak.measure();
    }
    times.values().forEach(Arrays::sort);
    return times;
  }

  /** Floating-point operations per second of one thread. */
  double peak() {
    return peak.best();
  }

  /** A percentage; "-" if the device is not the one that the peak belongs to. */
  String shareOfPeak(double operationsPerSecond) {
    return device.kind() == Device.Kind.CPU
        ? "%.0f%%".formatted(100 * operationsPerSecond / (threads * peak.best()))
        : "-";
  }
}
