package io.github.vanillanet.train.loop;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.engine.Device;

/**
 * Number format of the convolutions in training. Weights, their gradients, batch norms, loss and
 * optimizer are always float32. float16 is not supported: its gradients would need loss scaling,
 * which bfloat16 does not, because it has the range of float32.
 */
public enum Compute {
  @JsonProperty("float32")
  FLOAT32(6),
  /**
   * Fast on CUDA devices from Ampere on. On CPUs with AVX512-BF16 or AMX, a step takes two thirds
   * of the time of float32; on other CPUs it takes many times longer and is rejected.
   */
  @JsonProperty("bfloat16")
  BFLOAT16(15);

  private static final int FLOAT32_CODE = 6;

  private final int scalarType;

  Compute(int scalarType) {
    this.scalarType = scalarType;
  }

  /**
   * @throws ServiceException {@code INVALID_REQUEST} if the device is slow with this format
   */
  public void requireFastOn(Device device) {
    if (this == BFLOAT16
        && device.kind() == Device.Kind.CPU
        && !CpuFeatures.ofThisMachine().multipliesBfloat16()) {
      throw INVALID_REQUEST.error(
          "compute: bfloat16 needs a CUDA device, or a CPU with AVX512-BF16 or AMX; this CPU has"
              + " neither. Use float32");
    }
  }

  /** Converts an expression to the type of the convolutions; {@code None} is unchanged. */
  String narrowed(String expression) {
    return this == FLOAT32 || expression.equals("None")
        ? expression
        : "torch.to(%s, %d)".formatted(expression, scalarType);
  }

  /** Converts the result of a convolution to float32. */
  String widened(String expression) {
    return this == FLOAT32 ? expression : "torch.to(%s, %d)".formatted(expression, FLOAT32_CODE);
  }
}
