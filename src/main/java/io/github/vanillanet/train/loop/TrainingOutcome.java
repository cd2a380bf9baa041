package io.github.vanillanet.train.loop;

import io.github.vanillanet.model.checkpoint.StateDict;
import java.util.Optional;

/**
 * What a run ended with.
 *
 * @param finished false if it was stopped before its last step
 * @param slope that the weights were last trained at: only 1 can be fused
 * @param model weights of the training form
 * @param average their moving average, if the recipe has one
 */
public record TrainingOutcome(
    boolean finished, int step, double slope, StateDict model, Optional<StateDict> average) {}
