/**
 * The decision whether a trained candidate is published and activated: {@link
 * io.github.vanillanet.train.gate.ArtifactEvaluation} measures artifacts as the service would use
 * them, {@link io.github.vanillanet.train.gate.Gate} compares the candidate with chance and with
 * the live version, {@link io.github.vanillanet.train.gate.CalibrationFit} fits the calibration.
 * May import {@code base}, {@code model}, and from {@code train} the packages {@code dataset},
 * {@code loop} and {@code jobs}.
 */
package io.github.vanillanet.train.gate;
