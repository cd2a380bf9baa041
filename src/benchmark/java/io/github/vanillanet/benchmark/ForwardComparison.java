package io.github.vanillanet.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.engine.FmaPeak;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Cost;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.SeededWeights;
import io.github.vanillanet.model.network.VanillaNetVariant;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Measures the forward pass of one image for each variant: as served in each precision, with ONNX
 * Runtime in float32 and int8 on the same weights, and as a plain trace. int8 takes pixels; its
 * activation ranges come from random images, and it has no certificate. Both forms of int8 have the
 * same 8-bit weights and must give the same logits, except for rounding. All run alternately in one
 * process, so that other load on the machine affects all of them. The ratios belong to one run;
 * none is asserted.
 *
 * <p>The settings are system properties: {@code forward.variants} (5 to 13, small, included),
 * {@code forward.threads} (1 and all), {@code forward.rounds} (15), {@code forward.output} (a JSON
 * file).
 */
public final class ForwardComparison {

  private static final int WARM_UPS = 2;
  private static final int PEAK_WARM_UPS = 200;

  /**
   * Forward passes of small nets are timed ten at a time, four times after each pause: the clock of
   * processor time is wrong by some microseconds if other programs run, and the pause leaves the
   * caches cold.
   */
  private static final long SMALL_MACS = 500_000_000;

  private static final int SMALL_REPETITIONS = 4;
  private static final int SMALL_PASSES = 10;

  /** The threads of ONNX Runtime spin for a while after a forward pass. This waits for them. */
  private static final long PAUSE_MILLIS = 60;

  private static final String HEAD = "%n%-14s %-12s %9s %9s %9s %7s %7s %7s %6s%n";
  private static final String ROW = "%-14s %-12s %9.3f %9.3f %9s %7.3f %7.3f %7s %5.0f%%%n";

  private final ThreadMXBean clock = ManagementFactory.getThreadMXBean();
  private final TorchRuntime runtime = TorchRuntime.load();
  private final int rounds = Integer.getInteger("forward.rounds", 15);
  private final List<Map<String, Object>> results = new ArrayList<>();

  /** One for all nets: its loop is fast only once the compiler has finished. */
  private final FmaPeak peak = new FmaPeak();

  private ForwardComparison() {}

  public static void main(String[] arguments) throws Exception {
    new ForwardComparison().run();
  }

  private void run() throws Exception {
    Map<String, Object> machine = Machine.describe();
    machine.put("libtorch", runtime.version());
    machine.forEach((name, value) -> System.out.printf("%s: %s%n", name, value));
    for (int i = 0; i < PEAK_WARM_UPS; i++) {
      peak.measure();
    }
    for (int threads : threads()) {
      System.out.printf(
          HEAD,
          threads + " THREADS",
          "NET",
          "MIN MS",
          "MEDIAN",
          "CPU MIN",
          "MIN",
          "MEDIAN",
          "CPU",
          "PEAK");
      for (Map.Entry<String, Architecture> net : nets().entrySet()) {
        compare(net.getKey(), Network.of(net.getValue(), Form.DEPLOYED), threads);
      }
    }
    System.out.printf(
        "%nThe second MIN, MEDIAN and CPU are ratios, served / this contender: below 1, the service"
            + " is faster.%nCPU: time of the computing thread. PEAK: share of a vectorised loop of"
            + " float32 multiply-adds in Java, %.0f GFLOP/s for each thread.%n",
        peak.best() / 1e9);
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("machine", machine);
    report.put("forward", results);
    Path output = Path.of(System.getProperty("forward.output", "forward.json"));
    Files.createDirectories(output.toAbsolutePath().getParent());
    new ObjectMapper()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .writeValue(output.toFile(), report);
  }

  /**
   * VanillaNet-6 for ten classes, with the shapes of the included model or that of a release
   * before.
   */
  private static Architecture small(int width, int pixels) {
    List<Integer> dims = List.of(width, 2 * width, 4 * width, 8 * width, 8 * width);
    return new Architecture(VanillaNetVariant.VANILLANET_6, dims, 3, 10, pixels, pixels);
  }

  private static List<Integer> threads() {
    String wanted = System.getProperty("forward.threads", "");
    return wanted.isEmpty()
        ? IntStream.of(1, Runtime.getRuntime().availableProcessors()).distinct().boxed().toList()
        : Arrays.stream(wanted.split(",")).map(Integer::valueOf).toList();
  }

  private static Map<String, Architecture> nets() {
    Map<String, Architecture> nets = new LinkedHashMap<>();
    for (VanillaNetVariant variant : VanillaNetVariant.values()) {
      if (variant.compareTo(VanillaNetVariant.VANILLANET_13) <= 0) {
        nets.put(variant.officialName(), Architecture.official(variant));
      }
    }
    nets.put("small", small(64, 64));
    nets.put("included", small(128, 128));
    String wanted = System.getProperty("forward.variants", "");
    if (!wanted.isEmpty()) {
      nets.keySet().retainAll(List.of(wanted.split(",")));
    }
    return nets;
  }

  private void compare(String title, Network network, int threads) throws Exception {
    StateDict weights = SeededWeights.of(network, 5);
    ByteBuffer input = noise(network.architecture());
    List<Contender> nets = Contenders.of(runtime, network, weights, threads);
    boolean small = Cost.of(network).macs() < SMALL_MACS;
    int repetitions = small ? SMALL_REPETITIONS : 1;
    int passes = small ? SMALL_PASSES : 1;
    try {
      List<Times> wall = nets.stream().map(net -> new Times(rounds * repetitions)).toList();
      List<Times> cpu = nets.stream().map(net -> new Times(rounds * repetitions)).toList();
      for (int round = -WARM_UPS; round < rounds; round++) {
        for (int turn = 0; turn < nets.size(); turn++) {
          int contender = Math.floorMod(round + turn, nets.size());
          TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
          for (int repetition = 0; repetition < repetitions; repetition++) {
            long startedCpu = clock.getCurrentThreadCpuTime();
            long started = System.nanoTime();
            for (int pass = 0; pass < passes; pass++) {
              nets.get(contender).forward(input);
            }
            long nanos = (System.nanoTime() - started) / passes;
            long cpuNanos = (clock.getCurrentThreadCpuTime() - startedCpu) / passes;
            if (round >= 0) {
              wall.get(contender).add(nanos);
              cpu.get(contender).add(cpuNanos);
            }
          }
        }
        peak.measure();
      }
      double operations = 2.0 * Cost.of(network).macs();
      for (int i = 0; i < nets.size(); i++) {
        String name = nets.get(i).name();
        report(title, threads, name, wall, cpu, i, operations / (peak.best() * threads) * 1e3);
      }
    } finally {
      for (Contender net : nets) {
        net.close();
      }
    }
  }

  /**
   * @param ideal milliseconds of a forward pass at the speed of the multiply-adds
   */
  private void report(
      String net,
      int threads,
      String name,
      List<Times> wall,
      List<Times> cpu,
      int index,
      double ideal) {
    Times own = wall.get(index);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("variant", net);
    result.put("threads", threads);
    result.put("net", name);
    result.put("min_ms", own.min());
    result.put("median_ms", own.median());
    result.put("served_to_this_min", wall.get(0).min() / own.min());
    result.put("served_to_this_median", wall.get(0).median() / own.median());
    if (threads == 1) { // the clock covers only the calling thread
      result.put("cpu_min_ms", cpu.get(index).min());
      result.put("served_to_this_cpu_min", cpu.get(0).min() / cpu.get(index).min());
    }
    result.put("share_of_fma_peak", ideal / fastestOf(own, cpu.get(index), threads));
    results.add(result);
    System.out.printf(
        Locale.ROOT,
        ROW,
        net,
        name,
        own.min(),
        own.median(),
        threads == 1 ? "%.3f".formatted(cpu.get(index).min()) : "",
        wall.get(0).min() / own.min(),
        wall.get(0).median() / own.median(),
        threads == 1 ? "%.3f".formatted(cpu.get(0).min() / cpu.get(index).min()) : "",
        100 * ideal / fastestOf(own, cpu.get(index), threads));
  }

  private static double fastestOf(Times wall, Times cpu, int threads) {
    return threads == 1 ? cpu.min() : wall.min();
  }

  private static ByteBuffer noise(Architecture net) {
    Random random = new Random(1);
    ByteBuffer input =
        ByteBuffer.allocateDirect(
                InputKind.NORMALISED.sampleBytes(net.inputHeight(), net.inputWidth()))
            .order(ByteOrder.nativeOrder());
    while (input.hasRemaining()) {
      input.putFloat((float) random.nextGaussian());
    }
    return input.flip();
  }
}
