package io.github.vanillanet.train.loop;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * In what numbers convolutions compute while training. Weights, gradients of weights, batch norms,
 * loss and optimizer are float32 always. There is no float16: its gradients would need scaling,
 * which bfloat16 with its float32 range does not.
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

  /** An expression in the type of the convolutions; {@code None} stays. */
  String narrowed(String expression) {
    return this == FLOAT32 || expression.equals("None")
        ? expression
        : "torch.to(%s, %d)".formatted(expression, scalarType);
  }

  /** A convolution's result in float32 again. */
  String widened(String expression) {
    return this == FLOAT32 ? expression : "torch.to(%s, %d)".formatted(expression, FLOAT32_CODE);
  }
}
