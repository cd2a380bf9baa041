package io.github.vanillanet.train.loop;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/** An optimizer and the state that it keeps. */
public enum OptimizerKind {
  /**
   * As in the official recipe: clips the global norm to 1 and uses the trust ratio for parameters
   * with weight decay.
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

  /** Names of the tensors per parameter; each has the parameter's shape and starts at zero. */
  List<String> state() {
    return state;
  }
}
