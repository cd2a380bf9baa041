package io.github.vanillanet.serve.scheduler;

/**
 * @param logits {@code samples} rows of class scores
 * @param queueNanos from submission until the lane's thread took the work up
 * @param inferNanos spent in the engine
 */
public record LaneAnswer(float[] logits, long queueNanos, long inferNanos) {}
