package io.github.vanillanet.train.dataset;

import java.nio.file.Path;

/**
 * What came out of an archive.
 *
 * @param folder holds {@code train/CLASS/*} or {@code CLASS/*}
 * @param images files written
 * @param skipped entries that are no images by their first bytes, or hidden
 * @param bytes of the files written
 */
public record UnpackedArchive(Path folder, int images, int skipped, long bytes) {}
