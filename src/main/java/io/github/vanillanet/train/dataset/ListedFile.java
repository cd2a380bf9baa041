package io.github.vanillanet.train.dataset;

import java.nio.file.Path;

/**
 * A file with the split and the class that the layout of its folder gives it. It may not be an
 * image.
 */
record ListedFile(Path file, Split split, String className) {}
