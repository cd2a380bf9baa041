package io.github.vanillanet.train.loop;

import io.github.vanillanet.model.network.Layer;

/**
 * Memory layout and operators of a training step. Both compute the same function. They sum in
 * different orders, so results differ in the last bits.
 */
public enum Kernels {
  /** NCHW, and one convolution operator per layer as in the official PyTorch code. */
  PLANAR(0, false),
  /**
   * NHWC, 1×1 convolutions as matrix products over all pixels, and gradients of depthwise kernels
   * in parts, see {@link DepthwiseSource}.
   */
  PIXELWISE(2, true);

  private final int memoryFormat;
  private final boolean pixelwise;

  Kernels(int memoryFormat, boolean pixelwise) {
    this.memoryFormat = memoryFormat;
    this.pixelwise = pixelwise;
  }

  /** c10::MemoryFormat of the images. */
  int memoryFormat() {
    return memoryFormat;
  }

  boolean pointwiseAsProduct() {
    return pixelwise;
  }

  /** Whether {@link DepthwiseSource} computes a convolution and the gradient of its weight. */
  boolean isSplit(Layer.Convolution conv) {
    return pixelwise
        && conv.groups() > 1
        && conv.groups() == conv.out()
        && conv.kernel() > 1
        && !conv.bias()
        && conv.stride() == 1
        && conv.padding() == conv.kernel() / 2
        && conv.kernel() <= DepthwiseSource.LARGEST_KERNEL;
  }
}
