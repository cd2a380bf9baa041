package io.github.vanillanet.model.engine;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The devices that a setting means.
 *
 * @param devices at least one; either the CPU alone, or CUDA devices
 * @param fallback why {@code auto} took the CPU; empty otherwise
 */
public record DeviceChoice(List<Device> devices, Optional<String> fallback) {

  public static final String FORMS =
      "auto, cpu, cuda, cuda:N, several cuda:N with commas, or cuda:all";

  public DeviceChoice {
    devices = List.copyOf(devices);
  }

  /**
   * @param setting one of {@link #FORMS}; {@code auto} is the first CUDA device, else the CPU
   * @throws ServiceException {@code BAD_CONFIGURATION} if it names a device that is not usable,
   *     saying what is missing
   */
  static DeviceChoice of(String setting, CudaSurroundings surroundings) {
    int usable = surroundings.usableDevices();
    if (setting.equals("auto")) {
      return usable > 0
          ? new DeviceChoice(List.of(new Device(Device.Kind.CUDA, 0)), Optional.empty())
          : new DeviceChoice(List.of(Device.CPU), Optional.of(missing(surroundings)));
    }
    List<Device> devices = parse(setting, usable);
    if (devices.stream().allMatch(device -> device.kind() == Device.Kind.CPU)) {
      return new DeviceChoice(devices, Optional.empty());
    }
    if (usable == 0) {
      throw new ServiceException(
          ErrorCode.BAD_CONFIGURATION,
          "vanillanet.device=%s: no CUDA device is usable: %s"
              .formatted(setting, missing(surroundings)));
    }
    List<Device> outside = devices.stream().filter(device -> device.index() >= usable).toList();
    if (!outside.isEmpty()) {
      throw new ServiceException(
          ErrorCode.BAD_CONFIGURATION,
          "vanillanet.device=%s: expected devices below cuda:%d, for libtorch sees %d, found %s%s"
              .formatted(setting, usable, usable, Device.names(outside), visible(surroundings)));
    }
    return new DeviceChoice(devices, Optional.empty());
  }

  private static List<Device> parse(String setting, int usable) {
    if (setting.equals("cuda:all")) {
      return IntStream.range(0, Math.max(1, usable))
          .mapToObj(index -> new Device(Device.Kind.CUDA, index))
          .toList();
    }
    List<Device> devices = Arrays.stream(setting.split(",", -1)).map(Device::parse).toList();
    Set<Device> distinct = new LinkedHashSet<>(devices);
    if (distinct.size() < devices.size() || devices.size() > 1 && distinct.contains(Device.CPU)) {
      throw new ServiceException(
          ErrorCode.BAD_CONFIGURATION,
          "vanillanet.device: expected %s, each once, found '%s'".formatted(FORMS, setting));
    }
    return devices;
  }

  /** As in answers and logs: {@code cpu}, {@code cuda:0}, {@code cuda:0,cuda:1}. */
  public String names() {
    return Device.names(devices);
  }

  /** Everything that is missing, in one line. */
  private static String missing(CudaSurroundings surroundings) {
    List<String> missing = new ArrayList<>();
    OptionalInt shown = surroundings.driverDevices();
    if (shown.isEmpty()) {
      missing.add(
          "the NVIDIA driver is not there (libcuda.so.1 not found; a container needs the NVIDIA"
              + " runtime)");
    } else if (shown.getAsInt() == 0) {
      missing.add(
          "the driver shows no device to this process (nvidia-smi lists those of the machine%s)"
              .formatted(visible(surroundings)));
    }
    if (!surroundings.libtorchHasCuda()) {
      missing.add(
          surroundings
              .variable("PYTORCH_LIBRARY_PATH")
              .map(
                  path ->
                      "PYTORCH_LIBRARY_PATH=%s has no libtorch_cuda.so, it is a build for the CPU"
                          .formatted(path))
              .orElse(
                  ("libtorch %s is the build for the CPU, as PYTORCH_LIBRARY_PATH is not set; it"
                          + " has to name the libraries of libtorch %s for CUDA, with"
                          + " PYTORCH_VERSION and PYTORCH_FLAVOR")
                      .formatted(surroundings.libtorch(), surroundings.libtorch())));
    }
    if (!surroundings.canLoad("cudart")) {
      missing.add("the CUDA runtime is not on the library path (libcudart.so not found)");
    }
    return missing.isEmpty()
        ? "driver, CUDA runtime and libtorch %s are there, but libtorch refuses the device: the driver may be too old for it"
            .formatted(surroundings.libtorch())
        : String.join("; ", missing);
  }

  private static String visible(CudaSurroundings surroundings) {
    return surroundings
        .variable("CUDA_VISIBLE_DEVICES")
        .map("; CUDA_VISIBLE_DEVICES='%s'"::formatted)
        .orElse("");
  }
}
