/**
 * The certificate: proof that an artifact computes what its source weights compute.
 *
 * <p>May import base, model.checkpoint, model.network, model.fuse and model.engine.
 */
package io.github.vanillanet.model.certify;
