package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.model.certify.SafetyNet;
import java.time.Duration;

/**
 * How a lane computes uncertain answers of a reduced precision again. Each row of such a lane ends
 * with one more value: the ordinal of an {@link io.github.vanillanet.serve.metrics.AnswerCheck}.
 *
 * @param net decides which answers
 * @param classes logits at the beginning of each row
 * @param expectedShare of the images, 0..1, until it is measured
 * @param oneImage time of a float32 forward with one image
 */
public record Recomputation(SafetyNet net, int classes, double expectedShare, Duration oneImage) {}
