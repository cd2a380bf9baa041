package io.github.vanillanet.serve.registry;

import io.github.vanillanet.serve.scheduler.LaneSettings;
import java.time.Duration;

/**
 * The resources of each model.
 *
 * @param lanes worker threads on each device, which share its weights
 * @param threads of one forward on a CPU
 * @param hangLimit as in {@link io.github.vanillanet.serve.scheduler.Lane#watch}
 */
public record LanePlan(int lanes, int threads, LaneSettings lane, Duration hangLimit) {}
