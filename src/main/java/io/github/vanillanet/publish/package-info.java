/**
 * Floor 6. The one way from weights to a published version: whether they come from a checkpoint, a
 * training or a seed. May import {@code error}, {@code checkpoint}, {@code image}, {@code network},
 * {@code fuse}, {@code engine}, {@code certify}, {@code registry}.
 */
package io.github.vanillanet.publish;
