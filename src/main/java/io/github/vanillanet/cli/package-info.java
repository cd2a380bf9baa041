/**
 * Floor 7. The jar's commands: plain picocli, no server. May import {@code error}, {@code network},
 * {@code engine}, {@code certify}, {@code publish}, {@code registry}.
 */
package io.github.vanillanet.cli;
