/**
 * libtorch through DJL: loads artifacts, runs forward passes, evaluates nets in float64. Native
 * tensors never leave a method.
 *
 * <p>May import base, model.checkpoint, model.network, model.fuse and {@code ai.djl}.
 */
package io.github.vanillanet.model.engine;
