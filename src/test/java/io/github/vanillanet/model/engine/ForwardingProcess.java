package io.github.vanillanet.model.engine;

import com.sun.jna.NativeLibrary;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.DeployedModule;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.SeededWeights;
import io.github.vanillanet.model.network.VanillaNetVariant;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A process that loads libtorch, runs forwards on one thread and prints measurements. */
final class ForwardingProcess {

  /** Environment variables that libtorch and OpenMP read. */
  static final List<String> VARIABLES =
      List.of("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "THP_MEM_ALLOC_ENABLE");

  static final int FORWARDS = 20;

  private static final int SIDE = 224;
  private static final int LAYER_SIDE = SIDE / 4;
  private static final int CHANNELS = 64;
  private static final String THREAD = "forwarding";
  private static final int MINOR_FAULTS = 10; // field of /proc/PID/stat, see proc(5)

  private ForwardingProcess() {}

  /**
   * Prints lines of {@code name=value}: the variables; {@code layer-pages}, memory pages of an
   * early layer's output; {@code faults.N}, page faults of each forward; {@code helpers}, threads
   * that the forwards started.
   *
   * @param arguments the artifact's file and the threads of a forward
   */
  public static void main(String... arguments) throws InterruptedException {
    TorchRuntime runtime = TorchRuntime.load();
    NativeLibrary c = NativeLibrary.getInstance("c");
    for (String name : VARIABLES) {
      print(name, c.getFunction("getenv").invokeString(new Object[] {name}, false));
    }
    int pageSize = c.getFunction("getpagesize").invokeInt(new Object[0]);
    print("layer-pages", LAYER_SIDE * LAYER_SIDE * CHANNELS * Float.BYTES / pageSize);
    try (TorchInstance instance =
        TorchInstance.load(
            runtime,
            Path.of(arguments[0]),
            Device.CPU,
            SIDE,
            SIDE,
            Integer.parseInt(arguments[1]))) {
      Thread thread = new Thread(() -> forward(instance), THREAD);
      thread.start();
      thread.join();
    }
  }

  /** Writes the artifact of a net whose forward takes some milliseconds. */
  static void writeNet(Path artifact) throws IOException {
    Architecture narrow =
        new Architecture(
            VanillaNetVariant.VANILLANET_5,
            List.of(CHANNELS, CHANNELS, CHANNELS, CHANNELS),
            3,
            10,
            SIDE,
            SIDE);
    Network net = Network.of(narrow, Form.DEPLOYED);
    DeployedModule.of(
            net, SeededWeights.of(net, 1), Preprocessing.official(SIDE, SIDE), Arithmetic.PUBLISHED)
        .write(artifact);
  }

  private static void forward(TorchInstance instance) {
    ByteBuffer image = ByteBuffer.allocateDirect(InputKind.IMAGES.sampleBytes(SIDE, SIDE));
    instance.attachToThread(); // starts threads of another pool, which forwards do not use
    try {
      long threads = threadsOfThisName();
      for (int i = 0; i < FORWARDS; i++) {
        long faults = minorFaults();
        instance.forward(InputKind.IMAGES, image, 1);
        print("faults." + i, minorFaults() - faults);
      }
      print("helpers", threadsOfThisName() - threads);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void print(String name, Object value) {
    System.out.println(name + "=" + value);
  }

  /** Minor page faults of this thread. */
  private static long minorFaults() throws IOException {
    String stat = Files.readString(Path.of("/proc/thread-self/stat"));
    String behindName = stat.substring(stat.lastIndexOf(')') + 2); // begins with field 3
    return Long.parseLong(behindName.split(" ")[MINOR_FAULTS - 3]);
  }

  /** This thread, and those that native code started from it, which get its name. */
  private static long threadsOfThisName() throws IOException {
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      return tasks.filter(ForwardingProcess::hasThisName).count();
    }
  }

  private static boolean hasThisName(Path task) {
    try {
      return Files.readString(task.resolve("comm")).strip().equals(THREAD);
    } catch (IOException gone) { // it has ended
      return false;
    }
  }
}
