/**
 * Floor 6. What every API does in the end: bytes to predictions, tensors to logits. May import
 * {@code error}, {@code image}, {@code network}, {@code engine}, {@code batching}, {@code
 * registry}.
 */
package io.github.vanillanet.serving;
