package io.github.vanillanet.train.loop;

/**
 * How a training step is computed. Both compute the same function; they differ in the order of
 * summation, hence in the last bits.
 */
public enum Kernels {
  /** NCHW and one convolution operator per layer, as the official code on PyTorch. */
  PLANAR(0, false),
  /**
   * NHWC, 1×1 convolutions as matrix products of all pixels: half the time of {@link #PLANAR} on a
   * CPU (343 against 736 ms for 128 images of 64×64 on one core), where planar gradients of
   * depthwise kernels are the dearest part. Computing those from products of all pairs of pixels
   * was tried and gained nothing.
   */
  PIXELWISE(2, true);

  private final int memoryFormat;
  private final boolean pointwiseAsProduct;

  Kernels(int memoryFormat, boolean pointwiseAsProduct) {
    this.memoryFormat = memoryFormat;
    this.pointwiseAsProduct = pointwiseAsProduct;
  }

  /** c10::MemoryFormat of the images. */
  int memoryFormat() {
    return memoryFormat;
  }

  boolean pointwiseAsProduct() {
    return pointwiseAsProduct;
  }
}
