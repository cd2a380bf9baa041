/**
 * Floor 1. From encoded bytes to the exact 8-bit crop that the official evaluation feeds to the
 * net: decode, resize and crop as Pillow and torchvision do, difference 0.
 *
 * <p>{@link io.github.vanillanet.base.image.ImageDecoder} tells the format from the first bytes and
 * asks its codec. PNG, GIF and BMP are decoded here; a JPEG by the machine's libjpeg-turbo, else
 * the JDK's libjpeg yields its planes, whose colours are computed here; libwebp decodes WebP.
 * {@link io.github.vanillanet.base.image.Preprocessing} then resizes, crops and normalises. May
 * import {@code error}, the JDK, {@code com.luciad.imageio.webp} and {@code com.sun.jna}.
 */
package io.github.vanillanet.base.image;
