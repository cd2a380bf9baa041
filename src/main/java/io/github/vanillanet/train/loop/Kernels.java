package io.github.vanillanet.train.loop;

/**
 * Memory layout and operators of a training step. Both compute the same function. They sum in
 * different orders, so results differ in the last bits.
 */
public enum Kernels {
  /** NCHW, and one convolution operator per layer as in the official PyTorch code. */
  PLANAR(0, false),
  /**
   * NHWC, and 1×1 convolutions as matrix products over all pixels. Takes half the time of {@link
   * #PLANAR} on a CPU (343 ms compared with 736 ms for 128 images of 64×64 on one core), where
   * planar gradients of depthwise kernels dominate. Computing those gradients as products over
   * pairs of pixels was tried and was not faster.
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
