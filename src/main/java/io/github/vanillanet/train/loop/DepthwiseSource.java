package io.github.vanillanet.train.loop;

/**
 * TorchScript of depthwise convolutions with a square kernel of up to 7×7, stride 1 and "same"
 * padding, for CPUs.
 *
 * <p>oneDNN has fast kernels for the gradient of the weight only if the kernel is at most three
 * wide and no row of it lies in the padding alone. Otherwise it uses a generic one, which takes
 * most of the time of the layer. Therefore the gradient is computed in three parts: the three
 * columns in the middle, and the outer columns on each side. One part is an ordinary gradient of a
 * kernel with three columns, of images that are moved by that many pixels. Taps that reach beyond
 * the map on both sides multiply zeros only. They are left out of the forward pass, and their
 * gradient is 0.
 */
final class DepthwiseSource {

  /** Larger kernels would need more than three parts. */
  static final int LARGEST_KERNEL = 7;

  private static final int CHANNELS_LAST = 2; // c10::MemoryFormat

  private DepthwiseSource() {}

  /**
   * Methods {@code depthwise(x [n, c, h, w], k [c, 1, s, s])} → {@code [n, c, h, w]}, whose result
   * has no gradient for the kernel {@code k}, and {@code depthwise_gradient(x, g, s)}: the gradient
   * {@code [c, 1, s, s]} of the kernel, where {@code g [n, c, h, w]} is the gradient of the result.
   */
  static String of(String self) {
    return METHODS.replace("SELF", self).replace("FORMAT", "memory_format=" + CHANNELS_LAST);
  }

  private static final String METHODS =
      """
        def depthwise(SELF, x: Tensor, k: Tensor) -> Tensor:
          k = torch.detach(k)
          r = torch.floordiv(torch.size(k, 2), 2)
          rows = ops.prim.min(r, torch.sub(torch.size(x, 2), 1))
          columns = ops.prim.min(r, torch.sub(torch.size(x, 3), 1))
          k = torch.narrow(k, 2, torch.sub(r, rows), torch.add(torch.mul(rows, 2), 1))
          k = torch.narrow(k, 3, torch.sub(r, columns), torch.add(torch.mul(columns, 2), 1))
          return torch.conv2d(x, k, None, [1, 1], [rows, columns], [1, 1], torch.size(x, 1))
        def three_columns(SELF, x: Tensor, g: Tensor, rows: int, padding: int) -> Tensor:
          channels = torch.size(g, 1)
          x = torch.contiguous(x, FORMAT)
          g = torch.contiguous(g, FORMAT)
          k = torch.zeros([channels, 1, torch.add(torch.mul(rows, 2), 1), 3], dtype=ops.prim.dtype(x))
          _0, found, _1 = torch.convolution_backward(g, x, k, None, [1, 1], [padding, 1], [1, 1], False, [0, 0], channels, [False, True, False])
          return found
        def depthwise_gradient(SELF, x: Tensor, g: Tensor, side: int) -> Tensor:
          r = torch.floordiv(side, 2)
          height = torch.size(g, 2)
          width = torch.size(g, 3)
          rows = ops.prim.min(r, torch.sub(height, 1))
          padding = rows
          if torch.le(height, torch.mul(rows, 2)):
            x = torch.constant_pad_nd(x, [0, 0, rows, rows])
            padding = 0
          found = (self).three_columns(x, g, rows, padding)
          outer = torch.sub(r, 1)
          part = torch.sub(width, outer)
          if torch.le(outer, 0):
            columns = found
          else:
            if torch.le(part, 0):
              columns = torch.constant_pad_nd(found, [outer, outer])
            else:
              left = (self).three_columns(torch.narrow(x, 3, 0, part), torch.narrow(g, 3, outer, part), rows, padding)
              right = (self).three_columns(torch.narrow(x, 3, outer, part), torch.narrow(g, 3, 0, part), rows, padding)
              columns = torch.cat([torch.narrow(left, 3, 0, outer), found, torch.narrow(right, 3, torch.sub(3, outer), outer)], 3)
          missing = torch.sub(r, rows)
          return torch.constant_pad_nd(columns, [0, 0, missing, missing])
      """;
}
