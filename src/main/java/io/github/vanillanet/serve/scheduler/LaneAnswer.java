package io.github.vanillanet.serve.scheduler;

/**
 * The answer to one request.
 *
 * @param logits {@code samples} rows of class scores
 * @param queueNanos from submission until a worker took the work
 * @param inferNanos time in the engine
 */
public record LaneAnswer(float[] logits, long queueNanos, long inferNanos) {}
