/**
 * Floor 3. libtorch through DJL: loading artifacts, forward passes, and a float64 reference. Only
 * here and in {@code training} is {@code ai.djl} imported; native tensors never leave a method. May
 * import {@code error}, {@code checkpoint}, {@code network}.
 */
package io.github.vanillanet.model.engine;
