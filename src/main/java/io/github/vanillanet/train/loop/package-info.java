/**
 * Trains the training form of a network.
 *
 * <p>Forward pass, gradients, optimizer and moving average are one TorchScript module whose source
 * {@link io.github.vanillanet.train.loop.TrainingModule} writes. Schedules, mixing, targets and
 * dropout are pure functions of (seed, step), so that a resumed run equals an uninterrupted one.
 * The caller observes a run through {@link io.github.vanillanet.train.loop.TrainingListener}.
 * Allowed imports: {@code base}, {@code model}, {@code train.dataset}.
 */
package io.github.vanillanet.train.loop;
