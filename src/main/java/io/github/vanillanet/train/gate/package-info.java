/**
 * The decision whether a trained candidate is published: {@link
 * io.github.vanillanet.train.gate.ArtifactEvaluation} measures artifacts as the service would use
 * them, {@link io.github.vanillanet.train.gate.Verdict} compares the candidate with the live
 * version. May import {@code base}, {@code model} and {@code train.dataset}.
 */
package io.github.vanillanet.train.gate;
