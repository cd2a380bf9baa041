/**
 * The commands of the jar, with picocli and without a server. Imports all packages but {@code app}.
 */
package io.github.vanillanet.cli;
