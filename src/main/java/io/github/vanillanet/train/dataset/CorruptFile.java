package io.github.vanillanet.train.dataset;

import java.nio.file.Path;

/**
 * A file that was skipped because it cannot be decoded.
 *
 * @param reason one line, from the decoder or the file system
 */
public record CorruptFile(Path file, String reason) {}
