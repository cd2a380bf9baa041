package io.github.vanillanet.train.loop;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Number format of the convolutions in training. Weights, their gradients, batch norms, loss and
 * optimizer are always float32. float16 is not supported: its gradients would need loss scaling,
 * which bfloat16 does not, because it has the range of float32.
 */
public enum Compute {
  @JsonProperty("float32")
  FLOAT32(6),
  /** Fast on CUDA devices from Ampere on; many times slower than float32 on most CPUs. */
  @JsonProperty("bfloat16")
  BFLOAT16(15);

  private static final int FLOAT32_CODE = 6;

  private final int scalarType;

  Compute(int scalarType) {
    this.scalarType = scalarType;
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
