/**
 * Floor 2. The family as data: variants, layers, parameter names and counts, and the TorchScript
 * source that runs them. Knows nothing of an engine. May import {@code error}, {@code checkpoint}.
 */
package io.github.vanillanet.model.network;
