/**
 * Floor 7. From a folder of labelled photos to a published version: data, training, fuse, proof,
 * evaluation of the fused artifact, gate, publication. Runs in a job's own process. May import
 * {@code error}, {@code jobs}, {@code checkpoint}, {@code image}, {@code dataset}, {@code network},
 * {@code engine}, {@code certify}, {@code registry}, {@code publish}, {@code training}.
 */
package io.github.vanillanet.train.pipeline;
