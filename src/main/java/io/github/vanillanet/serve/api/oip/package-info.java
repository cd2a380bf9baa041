/**
 * Floor 8. The Open Inference Protocol with Triton's extensions: what arrives in a body is read in
 * one pass into tensors, handed to {@code serving}, and written in the form that was asked for. May
 * import {@code error}, {@code config}, {@code network}, {@code engine}, {@code metrics}, {@code
 * registry}, {@code serving}, {@code rest.json}, {@code rest.problem}, {@code rest.call}.
 */
package io.github.vanillanet.serve.api.oip;
