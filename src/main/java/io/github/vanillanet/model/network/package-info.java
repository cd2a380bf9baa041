/**
 * The VanillaNet family as data: variants, layers, parameter names, costs and the TorchScript
 * source of the served artifact. Independent of any engine.
 *
 * <p>May import base and model.checkpoint.
 */
package io.github.vanillanet.model.network;
