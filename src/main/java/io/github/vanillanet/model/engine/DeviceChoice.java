package io.github.vanillanet.model.engine;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * The devices that the setting {@code vanillanet.device} selects.
 *
 * @param devices the CPU, or one or more CUDA devices
 * @param fallback why {@code auto} selected the CPU; empty otherwise
 */
public record DeviceChoice(List<Device> devices, Optional<String> fallback) {

  public static final String FORMS =
      "auto, cpu, cuda, cuda:N, several cuda:N with commas, or cuda:all";

  public DeviceChoice {
    devices = List.copyOf(devices);
  }

  /**
   * @param setting one of {@link #FORMS}; {@code auto} selects the first CUDA device, else the CPU
   * @param usable number of CUDA devices that libtorch can use
   * @param surroundings called only to explain why a device is not usable
   */
  static DeviceChoice of(String setting, int usable, Supplier<CudaSurroundings> surroundings) {
    if (setting.equals("auto")) {
      return usable > 0
          ? new DeviceChoice(List.of(Device.cuda(0)), Optional.empty())
          : new DeviceChoice(List.of(Device.CPU), Optional.of(missing(surroundings.get())));
    }
    DeviceChoice choice = new DeviceChoice(parse(setting, usable), Optional.empty());
    if (choice.devices.contains(Device.CPU)) {
      return choice;
    }
    if (usable == 0) {
      throw BAD_CONFIGURATION.error(
          "vanillanet.device=%s: no CUDA device is usable: %s",
          setting, missing(surroundings.get()));
    }
    List<Device> outside = choice.devices.stream().filter(d -> d.index() >= usable).toList();
    if (!outside.isEmpty()) {
      throw BAD_CONFIGURATION.error(
          "vanillanet.device=%s: expected devices below cuda:%d, because libtorch finds"
              + " %d, found %s%s",
          setting, usable, usable, Device.names(outside), visible(surroundings.get()));
    }
    return choice;
  }

  private static List<Device> parse(String setting, int usable) {
    if (setting.equals("cuda:all")) {
      return IntStream.range(0, Math.max(1, usable)).mapToObj(Device::cuda).toList();
    }
    List<Device> devices = Arrays.stream(setting.split(",", -1)).map(Device::parse).toList();
    if (Set.copyOf(devices).size() < devices.size()
        || devices.size() > 1 && devices.contains(Device.CPU)) {
      throw BAD_CONFIGURATION.error(
          "vanillanet.device: expected %s, each once, found '%s'", FORMS, setting);
    }
    return devices;
  }

  /** The format of answers and logs: {@code cpu}, {@code cuda:0}, {@code cuda:0,cuda:1}. */
  public String names() {
    return Device.names(devices);
  }

  private static String missing(CudaSurroundings surroundings) {
    List<String> missing = new ArrayList<>();
    OptionalInt shown = surroundings.driverDevices();
    if (shown.isEmpty()) {
      missing.add(
          "there is no NVIDIA driver (libcuda.so.1 not found; a container needs the NVIDIA"
              + " runtime)");
    } else if (shown.getAsInt() == 0) {
      missing.add(
          "the driver shows no device to this process (nvidia-smi lists the machine's devices%s)"
              .formatted(visible(surroundings)));
    }
    if (!surroundings.cudaBuild()) {
      missing.add(
          surroundings
              .libraryPath()
              .map(
                  path ->
                      "PYTORCH_LIBRARY_PATH=%s has no libtorch_cuda.so: it is a CPU build"
                          .formatted(path))
              .orElse(
                  ("libtorch %1$s is a CPU build, because PYTORCH_LIBRARY_PATH is not set: set it"
                          + " to the libraries of libtorch %1$s for CUDA, and set PYTORCH_VERSION"
                          + " and PYTORCH_FLAVOR")
                      .formatted(surroundings.libtorch())));
    }
    if (!surroundings.cudaRuntime()) {
      missing.add("the CUDA runtime is not on the library path (libcudart.so not found)");
    }
    return missing.isEmpty()
        ? "driver, CUDA runtime and libtorch %s are present, but libtorch cannot use the device: the driver may be too old"
            .formatted(surroundings.libtorch())
        : String.join("; ", missing);
  }

  private static String visible(CudaSurroundings surroundings) {
    return surroundings.visibleDevices().map("; CUDA_VISIBLE_DEVICES='%s'"::formatted).orElse("");
  }
}
