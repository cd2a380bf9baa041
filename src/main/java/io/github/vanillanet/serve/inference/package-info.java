/**
 * The common path of all APIs: converts encoded images or tensors to logits within a deadline. May
 * import {@code base}, {@code model.network}, {@code model.engine}, {@code model.repository},
 * {@code serve.metrics}, {@code serve.scheduler} and {@code serve.registry}.
 */
package io.github.vanillanet.serve.inference;
