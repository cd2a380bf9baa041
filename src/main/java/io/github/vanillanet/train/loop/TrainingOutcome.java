package io.github.vanillanet.train.loop;

import io.github.vanillanet.model.checkpoint.StateDict;
import java.util.Optional;

/**
 * Result of a run.
 *
 * @param finished false if the run was stopped before its last step
 * @param step optimizer steps done
 * @param slope of the last step
 * @param model last weights of the training form
 * @param average their moving average, if the recipe has one
 * @param candidate the best one; its weights are in the {@link CandidateFile}. Present if the run
 *     is finished
 */
public record TrainingOutcome(
    boolean finished,
    int step,
    double slope,
    StateDict model,
    Optional<StateDict> average,
    Optional<Candidate> candidate) {}
