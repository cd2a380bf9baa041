/**
 * Converts encoded images to the exact 8-bit crop that the official evaluation feeds to the
 * network: decodes, resizes and crops as Pillow and torchvision do, bit-equal.
 *
 * <p>{@link io.github.vanillanet.base.image.ImageDecoder} detects the format from the first bytes.
 * PNG, GIF and BMP are decoded here, JPEG by libjpeg-turbo or by the JDK's libjpeg, WebP by
 * libwebp. {@link io.github.vanillanet.base.image.Preprocessing} resizes, crops and normalises. May
 * import {@code base.error}, the JDK, {@code com.luciad.imageio.webp} and {@code com.sun.jna}.
 */
package io.github.vanillanet.base.image;
