package io.github.vanillanet.cli;

import io.github.vanillanet.base.files.TemporaryFiles;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.model.engine.TorchInstance;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.Cost;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.VanillaNetVariant;
import io.github.vanillanet.model.peers.PeerNet;
import io.github.vanillanet.model.repository.SeededModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * The latency column of the paper's table 4, measured on this device. All nets are loaded together.
 * Each round runs every net once, so that a busy moment of the machine affects all of them.
 *
 * @param runs timed rounds
 */
record Table4(TorchRuntime runtime, Device device, Arithmetic arithmetic, int threads, int runs) {

  /** The paper's variants with the usual width. */
  static final List<VanillaNetVariant> VARIANTS =
      Arrays.stream(VanillaNetVariant.values()).filter(it -> published(it).isPresent()).toList();

  private static final String HEAD = "%-14s %5s %10s %8s %9s %9s %12s %9s %12s%n";
  private static final String ROW = "%-14s %5d %9.1fM %7.2fG %9.2f %9.2f %11.0f%% %9s %12s%n";
  private static final PeerNet UNIT = PeerNet.RESNET_50;

  private interface Artifact {
    void write(Path file) throws IOException;
  }

  /**
   * @param a100 the paper's milliseconds for one image with PyTorch on an A100
   */
  private record Net(
      String name, int depth, Cost cost, Artifact artifact, int input, OptionalDouble a100) {}

  void print(List<VanillaNetVariant> variants, PrintWriter out) throws IOException {
    List<Net> nets =
        Stream.concat(
                variants.stream().map(this::vanilla),
                Arrays.stream(PeerNet.values()).map(this::peer))
            .toList();
    List<ModelInstance> loaded = new ArrayList<>();
    try {
      for (Net net : nets) {
        loaded.add(load(net));
      }
      double[][] millis = time(nets, loaded);
      rows(nets, millis, out);
    } finally {
      loaded.forEach(ModelInstance::close);
    }
  }

  private Net vanilla(VanillaNetVariant variant) {
    Architecture architecture = Architecture.official(variant);
    return new Net(
        variant.officialName(),
        architecture.depth(),
        Cost.of(Network.of(architecture, Form.DEPLOYED)),
        file -> SeededModel.write(runtime, variant, arithmetic, List.of(), file),
        architecture.inputHeight(),
        published(variant));
  }

  private Net peer(PeerNet net) {
    return new Net(
        net.title(),
        net.depth(),
        net.cost(),
        file -> net.module(arithmetic).write(file),
        PeerNet.INPUT,
        published(net));
  }

  private ModelInstance load(Net net) throws IOException {
    Path file = TemporaryFiles.file("vanillanet-bench-", ".pt");
    try {
      net.artifact().write(file);
      return TorchInstance.load(runtime, file, device, net.input(), net.input(), threads);
    } finally {
      Files.delete(file);
    }
  }

  /** Returns the milliseconds of each net's runs, ascending. */
  private double[][] time(List<Net> nets, List<ModelInstance> loaded) {
    List<ByteBuffer> images = nets.stream().map(net -> BenchCommand.image(net.input())).toList();
    loaded.forEach(ModelInstance::attachToThread);
    double[][] millis = new double[nets.size()][runs];
    for (int run = -BenchCommand.WARM_UPS; run < runs; run++) {
      for (int i = 0; i < nets.size(); i++) {
        long started = System.nanoTime();
        loaded.get(i).forward(InputKind.IMAGES, images.get(i), 1);
        if (run >= 0) {
          millis[i][run] = (System.nanoTime() - started) / 1e6;
        }
      }
    }
    Arrays.stream(millis).forEach(Arrays::sort);
    return millis;
  }

  private void rows(List<Net> nets, double[][] millis, PrintWriter out) {
    String relative = "OF " + UNIT.title().toUpperCase(Locale.ROOT);
    out.printf(
        HEAD,
        "NET",
        "DEPTH",
        "PARAMETERS",
        "MACS",
        "MIN MS",
        "MEDIAN MS",
        relative,
        "A100 MS",
        relative);
    int unit = nets.size() - PeerNet.values().length + UNIT.ordinal();
    double unitA100 = nets.get(unit).a100().orElseThrow();
    for (int i = 0; i < nets.size(); i++) {
      Net net = nets.get(i);
      double median = millis[i][runs / 2];
      out.printf(
          Locale.ROOT,
          ROW,
          net.name(),
          net.depth(),
          net.cost().parameters() / 1e6,
          net.cost().macs() / 1e9,
          millis[i][0],
          median,
          100 * median / millis[unit][runs / 2],
          text("%.2f", net.a100()),
          text("%.0f%%", relative(net.a100(), unitA100)));
    }
    out.println("A100 MS: the paper's table 4, PyTorch on an A100 with one image");
    out.flush();
  }

  private static OptionalDouble relative(OptionalDouble millis, double unit) {
    return millis.isPresent()
        ? OptionalDouble.of(100 * millis.getAsDouble() / unit)
        : OptionalDouble.empty();
  }

  private static String text(String format, OptionalDouble value) {
    return value.isPresent() ? String.format(Locale.ROOT, format, value.getAsDouble()) : "-";
  }

  private static OptionalDouble published(VanillaNetVariant variant) {
    return switch (variant) {
      case VANILLANET_5 -> OptionalDouble.of(1.61);
      case VANILLANET_6 -> OptionalDouble.of(2.01);
      case VANILLANET_7 -> OptionalDouble.of(2.27);
      case VANILLANET_8 -> OptionalDouble.of(2.56);
      case VANILLANET_9 -> OptionalDouble.of(2.91);
      case VANILLANET_10 -> OptionalDouble.of(3.24);
      case VANILLANET_11 -> OptionalDouble.of(3.59);
      case VANILLANET_12 -> OptionalDouble.of(3.82);
      case VANILLANET_13 -> OptionalDouble.of(4.26);
      case VANILLANET_13_X1_5, VANILLANET_13_X1_5_ADA_POOL -> OptionalDouble.empty();
    };
  }

  private static OptionalDouble published(PeerNet net) {
    return switch (net) {
      case ALEXNET -> OptionalDouble.empty();
      case RESNET_18 -> OptionalDouble.of(3.12);
      case RESNET_34 -> OptionalDouble.of(5.57);
      case RESNET_50 -> OptionalDouble.of(7.64);
      case REPVGG_A0 -> OptionalDouble.of(3.22);
      case REPVGG_A1 -> OptionalDouble.of(3.24);
      case REPVGG_B0 -> OptionalDouble.of(3.88);
      case REPVGG_B3 -> OptionalDouble.of(4.21);
    };
  }
}
