/**
 * Reduced precisions of a version: activation ranges and answer certificates from calibration
 * images.
 *
 * <p>May import base and all other packages of model.
 */
package io.github.vanillanet.model.quantize;
