package io.github.vanillanet.serve.scheduler;

import java.util.function.Consumer;

/**
 * An input and what a healthy device answers to it.
 *
 * @param input one sample, in direct memory
 * @param requireRight throws a {@code ServiceException} that says how logits differ from the right
 *     ones; called on lanes' threads
 */
public record KnownAnswer(ModelInput input, Consumer<float[]> requireRight) {}
