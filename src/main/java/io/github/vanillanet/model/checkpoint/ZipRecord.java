package io.github.vanillanet.model.checkpoint;

/**
 * One file inside a zip, as its central and local header agree.
 *
 * @param start offset of the first data byte in the zip
 * @param packed bytes in the zip
 * @param size bytes after inflating; equals {@code packed} if stored
 */
record ZipRecord(String name, boolean deflated, long crc, long start, long packed, long size) {}
