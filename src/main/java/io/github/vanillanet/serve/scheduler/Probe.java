package io.github.vanillanet.serve.scheduler;

import java.util.function.Consumer;

/**
 * An input whose correct answer is known.
 *
 * @param input one sample, in direct memory
 * @param requireCorrect throws a {@code ServiceException} if the logits are wrong; called on worker
 *     threads
 */
public record Probe(ModelInput input, Consumer<float[]> requireCorrect) {}
