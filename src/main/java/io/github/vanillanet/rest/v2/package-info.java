/**
 * Floor 8. The Open Inference Protocol. May import {@code error}, {@code config}, {@code registry},
 * {@code serving}, {@code rest.problem}.
 */
package io.github.vanillanet.rest.v2;
