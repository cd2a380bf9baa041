/**
 * Floor 6. What every API does in the end: bytes to predictions, tensors to logits, in time or not
 * at all. May import {@code error}, {@code timing}, {@code metrics}, {@code image}, {@code
 * network}, {@code engine}, {@code batching}, {@code registry}.
 */
package io.github.vanillanet.serve.inference;
