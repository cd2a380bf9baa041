package io.github.vanillanet.train.dataset;

import java.nio.ByteBuffer;

/**
 * A batch, ready for the network. The loader owns {@code input} and fills it anew after the
 * following call of {@link BatchLoader#next}; nobody else writes it.
 *
 * @param input direct, native order, float32 [n, 3, height, width], normalised; position 0, limit
 *     at the end of the n samples
 * @param labels [n]
 * @param indices [n], positions in the reader's sample list; where a damaged file was replaced,
 *     that of the replacement
 */
public record LabelledBatch(ByteBuffer input, int[] labels, int[] indices) {

  public LabelledBatch {
    if (labels.length != indices.length) {
      throw new IllegalArgumentException(
          "%d labels do not fit %d indices".formatted(labels.length, indices.length));
    }
  }

  /** How many samples the batch holds. */
  public int size() {
    return labels.length;
  }
}
