/**
 * The client of the command {@code classify}: images of files and folders to lines of results, by a
 * service or in this process.
 */
package io.github.vanillanet.cli.classify;
