package io.github.vanillanet.cli;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.MatrixPeak;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.model.engine.TorchInstance;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.Cost;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.Precision;
import io.github.vanillanet.model.network.VanillaNetVariant;
import io.github.vanillanet.model.repository.SeededModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench}: measures the forward pass of each variant on this machine. */
@Command(
    name = "bench",
    description =
        "Time the forward pass of one image through full-size networks with random weights.")
final class BenchCommand implements Callable<Integer> {

  static final int WARM_UPS = 2;
  private static final String HEAD = "%-28s %10s %8s %6s %9s %9s %9s %8s%n";
  private static final String ROW = "%-28s %9.1fM %7.2fG %6d %9.2f %9.2f %9.1f %7.0f%%%n";

  @Option(
      names = "--variant",
      split = ",",
      paramLabel = "V",
      description = "variants, separated by commas; default: all")
  private List<VanillaNetVariant> variants = List.of();

  @Option(
      names = "--table4",
      description =
          "time VanillaNet-5 to 13 beside ResNet, RepVGG and AlexNet, in turns; needs 4 GB")
  private boolean table4;

  @Option(
      names = "--device",
      defaultValue = "auto",
      description = "auto, cpu or cuda:N; default: ${DEFAULT-VALUE}")
  private String device;

  @Option(
      names = "--threads",
      description = "threads of one forward pass on a CPU; default: all processors")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--runs",
      defaultValue = "10",
      description = "timed forward passes per variant; default: ${DEFAULT-VALUE}")
  private int runs;

  @Mixin private Options.PrecisionOption precision;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (runs < 1 || threads < 1) {
      throw BAD_CONFIGURATION.error(
          "--runs and --threads: expected at least 1, found %d and %d", runs, threads);
    }
    TorchRuntime runtime = TorchRuntime.load();
    Device target = runtime.resolve(device);
    runtime.setThreads(threads);
    Arithmetic arithmetic = precision.on(runtime, target);
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "libtorch %s on %s in %s, %d threads, Java %s%n",
        runtime.version(),
        target,
        arithmetic,
        threads,
        System.getProperty("java.version"));
    if (arithmetic.precision() == Precision.INT8) {
      out.println("int8 has ranges of generated images and is not certified");
    }
    if (table4 && arithmetic.precision() == Precision.INT8) {
      throw BAD_CONFIGURATION.error(
          "--table4: expected float32, float16 or bfloat16, because ResNet, RepVGG and AlexNet"
              + " have no int8 form");
    }
    if (table4) {
      new Table4(runtime, target, arithmetic, threads, runs)
          .print(variants.isEmpty() ? Table4.VARIANTS : variants, out);
      return 0;
    }
    out.printf(
        HEAD, "VARIANT", "PARAMETERS", "MACS", "INPUT", "MIN MS", "MEDIAN MS", "IMAGES/S", "PEAK");
    try (MatrixPeak peak = new MatrixPeak(runtime, target)) {
      for (VanillaNetVariant variant :
          variants.isEmpty() ? List.of(VanillaNetVariant.values()) : variants) {
        Architecture architecture = Architecture.official(variant);
        int height = architecture.inputHeight();
        int width = architecture.inputWidth();
        Path artifact = Files.createTempFile("vanillanet-bench-", ".pt");
        try {
          SeededModel.write(runtime, variant, arithmetic, artifact);
          try (ModelInstance network =
              TorchInstance.load(runtime, artifact, target, height, width, threads)) {
            long[] nanos = time(network, height, peak);
            row(out, architecture, nanos, peak);
          }
        } finally {
          Files.delete(artifact);
        }
      }
      out.printf(
          Locale.ROOT,
          "PEAK: percentage of the fastest float32 matrix product so far, at the end %.1f"
              + " GFLOP/s%n",
          peak.best() / 1e9);
    }
    return 0;
  }

  private static void row(
      PrintWriter out, Architecture architecture, long[] nanos, MatrixPeak peak) {
    Cost cost = Cost.of(Network.of(architecture, Form.DEPLOYED));
    double median = nanos[nanos.length / 2] / 1e9;
    out.printf(
        Locale.ROOT,
        ROW,
        architecture.variant().officialName(),
        cost.parameters() / 1e6,
        cost.macs() / 1e9,
        architecture.inputHeight(),
        nanos[0] / 1e6,
        median * 1e3,
        1 / median,
        100 * 2 * cost.macs() / (nanos[0] / 1e9) / peak.best());
    out.flush();
  }

  /** A square image for a forward pass. */
  static ByteBuffer image(int side) {
    int bytes = InputKind.IMAGES.sampleBytes(side, side);
    ByteBuffer image = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    for (int i = 0; i < bytes; i++) {
      image.put(i, (byte) (31 * i)); // some processors compute faster with zeros
    }
    return image;
  }

  /** Returns the nanoseconds of all runs, ascending. */
  private long[] time(ModelInstance network, int side, MatrixPeak peak) {
    ByteBuffer image = image(side);
    network.attachToThread();
    long[] nanos = new long[runs];
    for (int run = -WARM_UPS; run < runs; run++) {
      long started = System.nanoTime();
      network.forward(InputKind.IMAGES, image, 1);
      if (run >= 0) {
        nanos[run] = System.nanoTime() - started;
      }
      peak.measure();
    }
    Arrays.sort(nanos);
    return nanos;
  }
}
