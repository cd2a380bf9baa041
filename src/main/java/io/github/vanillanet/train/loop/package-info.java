/**
 * Floor 6. Trains the deep form of a net: the forward pass, its gradients, the optimizer and the
 * moving average are one TorchScript module that Java writes; schedules, mixing and dropout masks
 * are pure functions of (seed, step), so that a run resumes exactly. Batches come through {@link
 * io.github.vanillanet.train.loop.BatchSource}; progress leaves through {@link
 * io.github.vanillanet.train.loop.TrainingListener}. May import {@code error}, {@code checkpoint},
 * {@code network}, {@code fuse}, {@code engine}.
 */
package io.github.vanillanet.train.loop;
