package io.github.vanillanet.train.dataset;

/**
 * A file of a data set that is not used.
 *
 * @param file relative to the root
 * @param reason one line
 */
public record Dropped(String file, Finding.Kind kind, String reason) {}
