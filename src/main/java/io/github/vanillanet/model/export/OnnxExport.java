package io.github.vanillanet.model.export;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Cost;
import io.github.vanillanet.model.network.FeatureMap;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Layer;
import io.github.vanillanet.model.network.Network;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes a deployed net as an ONNX model. Input {@code input}: float32 [batch, 3, h, w],
 * normalised, or uint8 [batch, h, w, 3] with preprocessing. Output {@code logits}: float32 [batch,
 * classes]. The batch may have any size.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3">the field numbers</a>
 */
public final class OnnxExport {

  public static final String INPUT = "input";
  public static final String OUTPUT = "logits";

  public static final int IR_VERSION = 8;
  public static final int OPSET = 13;

  /** A protocol buffers message has less than 2 GiB. */
  private static final long LARGEST_WEIGHTS = (1L << 31) - (16L << 20);

  private OnnxExport() {}

  /**
   * @param network in the deployed form
   * @param weights float32, named as the network's parameters
   * @param preprocessing normalises pixels in the graph; empty for a normalised input
   * @param metadata texts by name
   * @throws io.github.vanillanet.base.error.ServiceException {@code BAD_CONFIGURATION} if the net
   *     is too large for the format
   */
  public static void write(
      Network network,
      StateDict weights,
      Optional<Preprocessing> preprocessing,
      Map<String, String> metadata,
      Path file)
      throws IOException {
    if (network.form() != Form.DEPLOYED) {
      throw new IllegalArgumentException("expected the deployed form");
    }
    long bytes = Cost.of(network).parameters() * Float.BYTES;
    if (bytes > LARGEST_WEIGHTS) {
      throw BAD_CONFIGURATION.error(
          "an ONNX file holds at most %d bytes of weights, found %d: export safetensors or pth",
          LARGEST_WEIGHTS, bytes);
    }
    ProtobufMessage model =
        new ProtobufMessage()
            .number(1, IR_VERSION)
            .text(2, "vanillanet-serving")
            .message(7, graph(network, weights, preprocessing))
            .message(8, new ProtobufMessage().text(1, "").number(2, OPSET));
    metadata.forEach(
        (key, value) -> model.message(14, new ProtobufMessage().text(1, key).text(2, value)));
    model.write(file);
  }

  private static ProtobufMessage graph(
      Network network, StateDict weights, Optional<Preprocessing> preprocessing) {
    Architecture net = network.architecture();
    OnnxGraph graph = new OnnxGraph(INPUT);
    preprocessing.ifPresent(given -> normalise(graph, given));
    FeatureMap map = new FeatureMap(net.inputHeight(), net.inputWidth());
    for (Layer layer : network.layers()) {
      append(graph, layer, weights, map);
      map = map.after(layer);
    }
    return graph.finish(
        net.variant().officialName(),
        preprocessing.isPresent()
            ? OnnxGraph.pixels(INPUT, net.inputHeight(), net.inputWidth(), 3)
            : OnnxGraph.floats(INPUT, 3, net.inputHeight(), net.inputWidth()),
        OnnxGraph.floats(OUTPUT, net.classes()));
  }

  /** The same operations in the same order as those of the artifact. */
  private static void normalise(OnnxGraph graph, Preprocessing preprocessing) {
    graph.toFloats();
    graph.transpose(0, 3, 1, 2);
    graph.arithmetic("Div", HostTensor.of(new float[] {255}));
    graph.arithmetic("Sub", perChannel(preprocessing.mean()));
    graph.arithmetic("Div", perChannel(preprocessing.std()));
  }

  private static HostTensor perChannel(List<Double> values) {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i).floatValue();
    }
    return HostTensor.of(floats, 1, floats.length, 1, 1);
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
   * ONNX has no such operator. A gather puts the windows side by side. It repeats the last row or
   * column of shorter windows, so that all have the same size. An ordinary pool takes their maxima.
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
