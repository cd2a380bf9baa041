/**
 * Floor 8. Our own HTTP API. May import {@code error}, {@code config}, {@code image}, {@code
 * network}, {@code engine}, {@code certify}, {@code registry}, {@code serving}, {@code
 * rest.problem}, {@code rest.call}.
 */
package io.github.vanillanet.serve.api;
