/**
 * Floor 7. What every inference API reads of a request and tells in an answer's head beside its own
 * format: budget, stages, model. May import {@code error}, {@code timing}, {@code metrics}, {@code
 * registry}, {@code serving}.
 */
package io.github.vanillanet.serve.api.call;
