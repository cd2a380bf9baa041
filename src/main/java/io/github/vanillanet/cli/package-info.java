/**
 * Floor 7. The jar's commands: plain picocli, no server. May import {@code error}, {@code jobs},
 * {@code network}, {@code engine}, {@code certify}, {@code publish}, {@code registry}, {@code
 * pipeline}.
 */
package io.github.vanillanet.cli;
