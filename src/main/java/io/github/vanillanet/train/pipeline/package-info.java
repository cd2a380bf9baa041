/**
 * A training from a folder of labelled images to a published version: data, training loop, fuse,
 * certificate, evaluation of the fused artifact, gate, publication. {@link
 * io.github.vanillanet.train.pipeline.TrainingPipeline} runs in the process of a job, {@link
 * io.github.vanillanet.train.pipeline.JobSpec} is its input. May import {@code base}, {@code
 * model}, and from {@code train} all packages except {@code cluster} and {@code api}.
 */
package io.github.vanillanet.train.pipeline;
