package io.github.vanillanet.serving;

/**
 * The answer to tensors or to several images.
 *
 * @param samples rows in {@code logits}
 * @param logits {@code [samples × classes]}, row-major
 */
public record Inference(String model, int version, int samples, float[] logits) {}
