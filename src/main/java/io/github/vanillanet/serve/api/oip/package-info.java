/**
 * The Open Inference Protocol with Triton's extensions. A request's body is read in one pass into
 * tensors, and the answer is written in the requested form. May import {@code base}, {@code model},
 * {@code serve.registry}, {@code serve.inference}, {@code serve.api.http} and {@code
 * serve.api.json}.
 */
package io.github.vanillanet.serve.api.oip;
