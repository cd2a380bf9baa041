package io.github.vanillanet.model.network;

/**
 * How an artifact computes; what it computes stays the same.
 *
 * @param precision of its weights and products
 * @param autotune true lets cuDNN try its algorithms on the first forward of each shape and keep
 *     the fastest; a CPU has no use for it
 */
public record Arithmetic(Precision precision, boolean autotune) {

  /** As artifacts are published: full float32, and the algorithms that cuDNN takes unasked. */
  public static final Arithmetic PUBLISHED = new Arithmetic(Precision.FLOAT32, false);

  @Override
  public String toString() {
    return precision.label() + (autotune ? ", autotuned" : "");
  }
}
