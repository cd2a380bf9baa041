package io.github.vanillanet.model.engine;

import static io.github.vanillanet.base.error.ErrorCode.OUT_OF_DEVICE_MEMORY;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.util.List;

/** Interprets the exceptions of libtorch. */
public final class TorchFailure {

  /** The messages of the allocators of libtorch, cuBLAS and cuDNN for a full device. */
  private static final List<String> OUT_OF_MEMORY =
      List.of(
          "out of memory",
          "not enough memory",
          "CUBLAS_STATUS_ALLOC",
          "CUDNN_STATUS_ALLOC",
          "DEVICE_ALLOCATION_FAILED");

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

  static boolean isOutOfMemory(RuntimeException e) {
    String message = String.valueOf(e.getMessage());
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
