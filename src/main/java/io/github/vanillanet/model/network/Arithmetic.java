package io.github.vanillanet.model.network;

/**
 * The arithmetic of an artifact.
 *
 * @param precision of its weights and products
 * @param autotune whether cuDNN tries its algorithms on the first forward of each shape and keeps
 *     the fastest; no effect on a CPU
 */
public record Arithmetic(Precision precision, boolean autotune) {

  /** The arithmetic of published artifacts. */
  public static final Arithmetic PUBLISHED = new Arithmetic(Precision.FLOAT32, false);

  @Override
  public String toString() {
    return precision.label() + (autotune ? ", autotuned" : "");
  }
}
