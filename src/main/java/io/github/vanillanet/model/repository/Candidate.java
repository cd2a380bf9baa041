package io.github.vanillanet.model.repository;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.network.Network;
import java.util.List;

/**
 * Weights to publish as a version.
 *
 * @param name of the model
 * @param network of the weights, in either form
 * @param slope of the training form's LeakyReLU; 1 for the deployed form
 * @param labels one per class
 * @param trained false for weights from a seed
 * @param origin where the weights come from, as text for the manifest
 */
public record Candidate(
    String name,
    Network network,
    StateDict weights,
    double slope,
    Preprocessing preprocessing,
    List<String> labels,
    boolean trained,
    String origin) {}
