package io.github.vanillanet.serve.inference;

import io.github.vanillanet.base.error.ServiceException;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The answer to tensors or to several images.
 *
 * @param labels of the classes
 * @param samples rows in {@code logits}
 * @param logits {@code [samples × classes]}, row-major; a refused image's row is NaN
 * @param refused images that have no logits, and why, by index
 */
public record Inference(
    String model,
    int version,
    List<String> labels,
    int samples,
    float[] logits,
    SortedMap<Integer, ServiceException> refused) {

  public Inference {
    refused = Collections.unmodifiableSortedMap(new TreeMap<>(refused));
  }
}
