package io.github.vanillanet.train.dataset;

import java.nio.file.Path;

/**
 * One labelled image file.
 *
 * @param file absolute, inside the root of the data set
 * @param label index into the sorted class names
 */
public record Sample(Path file, int label) {}
