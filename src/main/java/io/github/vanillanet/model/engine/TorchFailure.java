package io.github.vanillanet.model.engine;

import static io.github.vanillanet.base.error.ErrorCode.OUT_OF_DEVICE_MEMORY;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.util.List;
import java.util.regex.Pattern;

/** Interprets the exceptions of libtorch. */
public final class TorchFailure {

  /** The messages of the allocators of libtorch and cuDNN for a full device. */
  private static final List<String> OUT_OF_MEMORY =
      List.of("out of memory", "not enough memory", "DEVICE_ALLOCATION_FAILED");

  /**
   * Messages that mean a full device most of the time: the libraries of CUDA could not allocate a
   * handle, or no algorithm of cuDNN had room for its workspace. A broken device causes them, too.
   */
  private static final Pattern UNCLEAR =
      Pattern.compile(
          "unable to find an engine|CU[A-Z]+_STATUS_(NOT_INITIALIZED|ALLOC_FAILED|ALLOC\\b)");

  private TorchFailure() {}

  /**
   * Creates an exception with {@code OUT_OF_DEVICE_MEMORY} if the device is full, with {@code
   * otherwise} if it is not.
   *
   * @param what failed: "the forward pass failed"
   */
  public static ServiceException of(RuntimeException e, ErrorCode otherwise, String what) {
    return isOutOfMemory(e)
        ? OUT_OF_DEVICE_MEMORY.error(e, "the device is out of memory: %s", reason(e))
        : otherwise.error(e, "%s: %s", what, reason(e));
  }

  /**
   * Returns whether the failure means either a full or a broken device. If the same work fails
   * again after the cached memory of the device is freed, the device is broken.
   */
  public static boolean isUnclear(Throwable e) {
    String message = String.valueOf(ServiceException.rootOf(e).getMessage());
    return UNCLEAR.matcher(message).find() && !isClearlyFull(message);
  }

  static boolean isOutOfMemory(RuntimeException e) {
    return isClearlyFull(String.valueOf(e.getMessage())) || isUnclear(e);
  }

  private static boolean isClearlyFull(String message) {
    return OUT_OF_MEMORY.stream().anyMatch(message::contains);
  }

  /** TorchScript's interpreter puts the cause last, after a traceback. */
  private static String reason(RuntimeException e) {
    List<String> lines =
        String.valueOf(e.getMessage()).lines().filter(line -> !line.isBlank()).toList();
    return lines.stream()
        .filter(line -> line.contains("Error: "))
        .reduce((first, last) -> last)
        .orElse(lines.isEmpty() ? "" : lines.get(0));
  }
}
