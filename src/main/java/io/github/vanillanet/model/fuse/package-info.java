/**
 * The fuse: weights of the deep training form in, weights of the shallow deployed form out.
 *
 * <p>May import base, model.checkpoint and model.network.
 */
package io.github.vanillanet.model.fuse;
