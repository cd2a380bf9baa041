package io.github.vanillanet.onnx;

import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.FeatureMap;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Layer;
import io.github.vanillanet.model.network.Network;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Writes a deployed net as an ONNX model, to compare another runtime with the same weights. Input
 * {@code input}: float32 [1, 3, h, w], normalised. Output {@code logits}: [1, classes].
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3">the field numbers</a>
 */
public final class OnnxExport {

  public static final String INPUT = "input";
  public static final String OUTPUT = "logits";

  private static final int IR_VERSION = 8;
  private static final int OPSET = 13;

  private OnnxExport() {}

  /**
   * @param network in the deployed form
   * @param weights float32, named as the network's parameters
   */
  public static void write(Network network, StateDict weights, Path file) throws IOException {
    if (network.form() != Form.DEPLOYED) {
      throw new IllegalArgumentException("expected the deployed form");
    }
    new ProtobufMessage()
        .number(1, IR_VERSION)
        .text(2, "vanillanet-serving")
        .message(7, graph(network, weights))
        .message(8, new ProtobufMessage().text(1, "").number(2, OPSET))
        .write(file);
  }

  private static ProtobufMessage graph(Network network, StateDict weights) {
    Architecture net = network.architecture();
    OnnxGraph graph = new OnnxGraph(INPUT);
    FeatureMap map = new FeatureMap(net.inputHeight(), net.inputWidth());
    for (Layer layer : network.layers()) {
      append(graph, layer, weights, map);
      map = map.after(layer);
    }
    return graph.finish(
        network.architecture().variant().officialName(),
        new long[] {1, 3, net.inputHeight(), net.inputWidth()},
        OUTPUT,
        new long[] {1, net.classes()});
  }

  private static void append(OnnxGraph graph, Layer layer, StateDict weights, FeatureMap map) {
    if (layer instanceof Layer.Convolution conv) {
      HostTensor weight = weights.get(conv.name() + ".weight");
      HostTensor bias = weights.get(conv.name() + ".bias");
      graph.convolution(weight, bias, conv.stride(), conv.padding(), conv.groups());
    } else if (layer instanceof Layer.Relu) {
      graph.relu();
    } else if (layer instanceof Layer.MaxPool pool) {
      graph.maxPool(pool.size(), pool.size());
    } else if (layer instanceof Layer.AdaptiveMaxPool pool) {
      adaptiveMaxPool(graph, pool.size(), map);
    } else if (layer instanceof Layer.GlobalAveragePool) {
      graph.globalAveragePool();
    } else {
      throw new IllegalStateException("not in the deployed form: " + layer);
    }
  }

  /**
   * ONNX has no such operator. A gather puts the windows side by side, all as long as the longest
   * one by repetition of their last row or column. Then an ordinary pool takes their maxima.
   */
  private static void adaptiveMaxPool(OnnxGraph graph, int size, FeatureMap map) {
    int rows = longestWindow(map.height(), size);
    int columns = longestWindow(map.width(), size);
    graph.gather(2, windows(map.height(), size, rows));
    graph.gather(3, windows(map.width(), size, columns));
    graph.maxPool(rows, columns);
  }

  private static int longestWindow(int from, int to) {
    int longest = 1;
    for (int i = 0; i < to; i++) {
      longest = Math.max(longest, end(i, from, to) - i * from / to);
    }
    return longest;
  }

  private static long[] windows(int from, int to, int length) {
    long[] indices = new long[to * length];
    for (int i = 0; i < to; i++) {
      for (int k = 0; k < length; k++) {
        indices[i * length + k] = Math.min(i * from / to + k, end(i, from, to) - 1);
      }
    }
    return indices;
  }

  private static int end(int window, int from, int to) {
    return ((window + 1) * from + to - 1) / to;
  }
}
