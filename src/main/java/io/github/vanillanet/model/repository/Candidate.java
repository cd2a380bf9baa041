package io.github.vanillanet.model.repository;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.network.Network;
import java.util.List;
import java.util.Optional;

/**
 * Weights on their way to become a served version.
 *
 * @param name of the model
 * @param network of {@code weights}, in either form
 * @param slope that the training form's LeakyReLU has reached; 1 for the deployed form
 * @param labels one for each class
 * @param trained false for weights that mean nothing
 * @param origin where they came from, in words, for the manifest
 * @param accuracy top-1 on a test set, 0..1, if measured
 */
public record Candidate(
    String name,
    Network network,
    StateDict weights,
    double slope,
    Preprocessing preprocessing,
    List<String> labels,
    boolean trained,
    String origin,
    Optional<Double> accuracy) {}
