package io.github.vanillanet.cli;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.config.Settings;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.image.RgbImage;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.PrecisionProbe;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.Cost;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.Precision;
import io.github.vanillanet.model.network.VanillaNetVariant;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bench}: measures the forward pass of each variant on this machine. */
@Command(
    name = "bench",
    description =
        "Time the forward pass of one image through full-size networks with random weights, in"
            + " each precision.")
final class BenchCommand implements Callable<Integer> {

  static final int WARM_UPS = 2;
  private static final String HEAD = "%-28s %10s %8s %6s %-9s %9s %9s %9s %8s%n";
  private static final String ROW = "%-28s %9.1fM %7.2fG %6d %-9s %9.2f %9.2f %9.1f %8s%n";

  @Parameters(
      arity = "0..*",
      paramLabel = "IMAGE",
      description = "image files; int8 takes its activation ranges from them")
  private List<Path> images = List.of();

  @Option(
      names = "--variant",
      split = ",",
      paramLabel = "V",
      description = "variants, separated by commas; default: all")
  private List<VanillaNetVariant> variants = List.of();

  @Option(
      names = "--precision",
      split = ",",
      paramLabel = "P",
      description =
          "float32, float16, bfloat16 or int8, separated by commas; default: all that the device"
              + " supports")
  private List<Precision> precisions = List.of();

  @Option(
      names = "--table4",
      description =
          "time VanillaNet-5 to 13 beside ResNet, RepVGG and AlexNet, in turns, in one precision;"
              + " needs 4 GB")
  private boolean table4;

  @Option(
      names = "--device",
      defaultValue = "auto",
      description = "auto, cpu or cuda:N; default: ${DEFAULT-VALUE}")
  private String device;

  @Option(
      names = "--threads",
      converter = Options.Count.class,
      description = "threads of one forward pass on a CPU; default: all processors")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--runs",
      converter = Options.Count.class,
      defaultValue = "10",
      description = "timed forward passes of each network; default: ${DEFAULT-VALUE}")
  private int runs;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    TorchRuntime runtime = TorchRuntime.load();
    Device target = runtime.resolve(device);
    runtime.setThreads(threads);
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "libtorch %s on %s, %d threads, Java %s%n",
        runtime.version(),
        target,
        threads,
        System.getProperty("java.version"));
    if (table4) {
      new Table4(runtime, target, arithmeticOfTable4(runtime, target), threads, runs)
          .print(variants.isEmpty() ? Table4.VARIANTS : variants, out);
      return 0;
    }
    List<Precision> timed = timed(runtime, target, out);
    BenchTimes times = new BenchTimes(runtime, target, timed, decoded(), threads, runs);
    out.printf(
        HEAD,
        "VARIANT",
        "PARAMETERS",
        "MACS",
        "INPUT",
        "PRECISION",
        "MIN MS",
        "MEDIAN MS",
        "IMAGES/S",
        "PEAK");
    for (VanillaNetVariant variant :
        variants.isEmpty() ? List.of(VanillaNetVariant.values()) : variants) {
      times.of(variant).forEach((precision, nanos) -> row(out, variant, precision, nanos, times));
    }
    if (target.kind() == Device.Kind.CPU) {
      out.printf(
          Locale.ROOT,
          "PEAK: percentage of %d times a loop of float32 multiply-adds on one thread, which"
              + " reached %.1f GFLOP/s%n",
          threads,
          times.peak() / 1e9);
    }
    return 0;
  }

  private Arithmetic arithmeticOfTable4(TorchRuntime runtime, Device target) {
    if (!images.isEmpty()) {
      throw BAD_CONFIGURATION.error(
          "--table4: expected no image files, found %s; leave out the files, or leave out --table4"
              + " to time int8 with their ranges",
          images);
    }
    if (precisions.size() > 1 || precisions.contains(Precision.INT8)) {
      throw BAD_CONFIGURATION.error(
          "--table4: expected one precision, float32, float16 or bfloat16; ResNet, RepVGG and"
              + " AlexNet have no int8 form");
    }
    Precision precision = precisions.isEmpty() ? Precision.FLOAT32 : precisions.get(0);
    unsupported(runtime, target, precision).ifPresent(this::reject);
    return new Arithmetic(precision, false);
  }

  /** The wanted precisions, or all possible ones. Prints why the others are left out. */
  private List<Precision> timed(TorchRuntime runtime, Device target, PrintWriter out) {
    List<Precision> timed = new ArrayList<>();
    for (Precision precision : precisions.isEmpty() ? all() : precisions) {
      Optional<String> reason =
          precision == Precision.INT8 && images.isEmpty()
              ? Optional.of("int8 needs activation ranges: name image files, as in bench photo.jpg")
              : unsupported(runtime, target, precision);
      if (!precisions.isEmpty()) {
        reason.ifPresent(this::reject);
      }
      reason.ifPresentOrElse(it -> out.println("left out: " + it), () -> timed.add(precision));
    }
    if (timed.contains(Precision.INT8)) {
      out.printf("int8 has the ranges of %d images and is not certified%n", images.size());
    }
    return timed;
  }

  private static List<Precision> all() {
    return Precision.NAMES.stream().map(name -> Precision.named(name).orElseThrow()).toList();
  }

  private static Optional<String> unsupported(
      TorchRuntime runtime, Device target, Precision precision) {
    return PrecisionProbe.unsupported(runtime, target, precision)
        .map(it -> "%s does not support %s: %s".formatted(target, precision.label(), it));
  }

  private void reject(String reason) {
    throw BAD_CONFIGURATION.error("--precision: %s", reason);
  }

  private List<RgbImage> decoded() throws IOException {
    ImageDecoder decoder = new ImageDecoder(Settings.read().maxPixels());
    List<RgbImage> decoded = new ArrayList<>();
    for (Path file : images) {
      if (!Files.isRegularFile(file)) {
        throw BAD_CONFIGURATION.error("expected image files, found %s", file);
      }
      try {
        decoded.add(decoder.decode(Files.readAllBytes(file)));
      } catch (ServiceException e) {
        throw e.code().error(e, "%s: %s", file, e.getMessage());
      }
    }
    return decoded;
  }

  private static void row(
      PrintWriter out,
      VanillaNetVariant variant,
      Precision precision,
      long[] nanos,
      BenchTimes times) {
    Architecture architecture = Architecture.official(variant);
    Cost cost = Cost.of(Network.of(architecture, Form.DEPLOYED));
    double median = nanos[nanos.length / 2] / 1e9;
    out.printf(
        Locale.ROOT,
        ROW,
        variant.officialName(),
        cost.parameters() / 1e6,
        cost.macs() / 1e9,
        architecture.inputHeight(),
        precision.label(),
        nanos[0] / 1e6,
        median * 1e3,
        1 / median,
        times.shareOfPeak(2.0 * cost.macs() / (nanos[0] / 1e9)));
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
}
