package io.github.vanillanet.train.loop;

import io.github.vanillanet.model.checkpoint.StateDict;
import java.util.Optional;

/**
 * Result of a run.
 *
 * @param finished false if the run was stopped before its last step
 * @param step optimizer steps done
 * @param slope of the last step; only weights with slope 1 can be fused
 * @param model weights of the training form
 * @param average their moving average, if the recipe has one
 */
public record TrainingOutcome(
    boolean finished, int step, double slope, StateDict model, Optional<StateDict> average) {}
