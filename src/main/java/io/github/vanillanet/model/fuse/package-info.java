/**
 * Floor 3. The algebra that makes the deep net shallow: weights in, new weights out, in float64.
 * May import {@code error}, {@code checkpoint}, {@code network}.
 */
package io.github.vanillanet.model.fuse;
