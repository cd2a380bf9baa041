/**
 * Floor 1. From encoded bytes to the exact 8-bit crop that the official evaluation feeds to the
 * net: decode, resize and crop as Pillow does. May import {@code error}.
 */
package io.github.vanillanet.image;
