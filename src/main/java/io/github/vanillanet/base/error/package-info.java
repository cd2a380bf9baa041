/**
 * Floor 0. Every failure we name, and the one exception family that carries it. Imports nothing.
 */
package io.github.vanillanet.base.error;
