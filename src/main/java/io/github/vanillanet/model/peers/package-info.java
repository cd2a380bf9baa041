/**
 * Other networks than VanillaNet, with random weights, to compare times. They can be neither
 * imported nor trained nor served.
 *
 * <p>May import base, model.checkpoint and model.network.
 */
package io.github.vanillanet.model.peers;
