/**
 * Floor 8. The Open Inference Protocol. May import {@code error}, {@code config}, {@code metrics},
 * {@code registry}, {@code serving}, {@code rest.problem}, {@code rest.call}.
 */
package io.github.vanillanet.rest.v2;
