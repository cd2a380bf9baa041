package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.model.engine.TorchFailure;
import java.util.function.Consumer;

/**
 * An input whose correct answer is known.
 *
 * @param input one sample, in direct memory
 * @param exact whether the {@link io.github.vanillanet.model.engine.ModelInstance#exact} computes
 *     it
 * @param requireCorrect throws a {@code ServiceException} if the logits are wrong; called on worker
 *     threads
 */
public record Probe(ModelInput input, boolean exact, Consumer<float[]> requireCorrect) {

  /** A probe of the instance that computes the requests. */
  public Probe(ModelInput input, Consumer<float[]> requireCorrect) {
    this(input, false, requireCorrect);
  }

  /**
   * Computes the logits, a second time if the first failure can mean a full device: its cached
   * memory is free by then.
   */
  float[] logits(ModelInstance instance) {
    try {
      return forward(instance);
    } catch (ServiceException e) {
      if (!TorchFailure.isUnclear(e)) {
        throw e;
      }
      return forward(instance);
    }
  }

  private float[] forward(ModelInstance instance) {
    ModelInstance probed = exact ? instance.exact().orElseThrow() : instance;
    return probed.forward(input.kind(), input.content(), 1);
  }
}
