package io.github.vanillanet.registry;

import io.github.vanillanet.batching.LaneSettings;

/**
 * How many threads a model gets.
 *
 * @param lanes that compute at the same time, on the same weights
 * @param threads that each of them may use on a CPU
 */
public record LanePlan(int lanes, int threads, LaneSettings lane) {}
