package io.github.vanillanet.train.loop;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/** How gradients become steps, and the state that this takes for each parameter. */
public enum OptimizerKind {
  /**
   * As the official recipe runs it: clips the global norm to 1, trust ratio where decay is not 0.
   */
  @JsonProperty("lamb")
  LAMB(List.of("exp_avg", "exp_avg_sq")),
  /** Decoupled weight decay, as torch.optim.AdamW. */
  @JsonProperty("adamw")
  ADAMW(List.of("exp_avg", "exp_avg_sq")),
  /** Coupled weight decay, as torch.optim.SGD. */
  @JsonProperty("sgd")
  SGD(List.of("momentum_buffer"));

  private final List<String> state;

  OptimizerKind(List<String> state) {
    this.state = state;
  }

  /** Names of the tensors kept for each parameter, all of its shape and zero at the start. */
  public List<String> state() {
    return state;
  }
}
