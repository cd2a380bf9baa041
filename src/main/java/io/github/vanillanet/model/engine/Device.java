package io.github.vanillanet.model.engine;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.error.ServiceException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A device that models run on.
 *
 * @param index of the CUDA device; 0 for the CPU
 */
public record Device(Kind kind, int index) {

  public enum Kind {
    CPU,
    CUDA
  }

  public static final Device CPU = new Device(Kind.CPU, 0);

  private static final Pattern CUDA = Pattern.compile("cuda(?::(\\d{1,3}))?");

  /**
   * @param name {@code cpu}, {@code cuda} or {@code cuda:N}
   * @throws ServiceException {@code BAD_CONFIGURATION} for anything else
   */
  public static Device parse(String name) {
    if (name.equals("cpu")) {
      return CPU;
    }
    Matcher cuda = CUDA.matcher(name);
    if (!cuda.matches()) {
      throw BAD_CONFIGURATION.error(
          "vanillanet.device: expected %s, found '%s'", DeviceChoice.FORMS, name);
    }
    return cuda(cuda.group(1) == null ? 0 : Integer.parseInt(cuda.group(1)));
  }

  static Device cuda(int index) {
    return new Device(Kind.CUDA, index);
  }

  /** The format of the setting: {@code cuda:0,cuda:1}. */
  public static String names(List<Device> devices) {
    return devices.stream().map(Device::toString).collect(Collectors.joining(","));
  }

  @Override
  public String toString() {
    return kind == Kind.CPU ? "cpu" : "cuda:" + index;
  }
}
