package io.github.vanillanet.model.export;

import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.ScalarType;
import io.github.vanillanet.model.network.Int8Steps;
import io.github.vanillanet.model.network.Layer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes an int8 net for ONNX Runtime: uint8 pixels [1, 3, h, w] through {@code QLinearConv} and
 * {@code MaxPool} to 8-bit maps, then {@code DequantizeLinear}, the pool and the classifier in
 * float32.
 */
public final class OnnxInt8 {

  private static final int FLOAT = 1; // TensorProto.DataType
  private static final int UINT8 = 2;
  private static final int INT8 = 3;
  private static final int INT32 = 6;

  private final ProtobufMessage graph = new ProtobufMessage();
  private final List<ProtobufMessage> nodes = new ArrayList<>();
  private String last = OnnxExport.INPUT;
  private int names;

  private OnnxInt8() {}

  public static void write(Int8Steps net, int height, int width, int classes, Path file)
      throws IOException {
    ProtobufMessage graph = new OnnxInt8().graph(net, height, width, classes);
    new ProtobufMessage()
        .number(1, OnnxExport.IR_VERSION)
        .message(7, graph)
        .message(8, new ProtobufMessage().text(1, "").number(2, OnnxExport.OPSET))
        .write(file);
  }

  private ProtobufMessage graph(Int8Steps net, int height, int width, int classes) {
    String one = tensor(FLOAT, HostTensor.of(new float[] {1}).reshape());
    String zero =
        tensor(UINT8, HostTensor.build(ScalarType.UINT8, new long[0], it -> it.put((byte) 0)));
    int convolution = 0;
    for (Layer layer : net.layers()) {
      if (layer instanceof Layer.Convolution conv) {
        convolve(conv, net.convolutions().get(convolution++), one, zero);
      } else if (layer instanceof Layer.MaxPool pool) {
        node("MaxPool", List.of())
            .message(5, OnnxGraph.integers("kernel_shape", pool.size(), pool.size()))
            .message(5, OnnxGraph.integers("strides", pool.size(), pool.size()));
      } else if (!(layer instanceof Layer.Relu)) { // negative results saturate at 0
        throw new IllegalArgumentException("no int8 form: " + layer);
      }
    }
    node("DequantizeLinear", List.of(one, zero));
    node("GlobalAveragePool", List.of());
    HostTensor weight = net.classifier()[0];
    node("Conv", List.of(tensor(FLOAT, weight), tensor(FLOAT, net.classifier()[1])))
        .message(5, OnnxGraph.integers("kernel_shape", 1, 1));
    node("Flatten", List.of());
    nodes.forEach(node -> graph.message(1, node));
    return graph
        .text(2, "int8")
        .message(
            11,
            new OnnxGraph.Value(OnnxExport.INPUT, UINT8, new long[] {3, height, width}).message())
        .message(12, new OnnxGraph.Value(last, FLOAT, new long[] {classes}).message());
  }

  private void convolve(
      Layer.Convolution conv, Int8Steps.Weights weights, String one, String zero) {
    float[] scales = weights.scale().toFloats();
    float[] bias = weights.bias().toFloats();
    HostTensor rounded =
        HostTensor.build(
            ScalarType.INT32,
            new long[] {bias.length},
            bytes -> {
              for (int i = 0; i < bias.length; i++) {
                bytes.putInt((int) Math.rint(bias[i] / (double) scales[i]));
              }
            });
    HostTensor zeros =
        HostTensor.build(
            ScalarType.INT8,
            new long[] {scales.length},
            bytes -> bytes.put(new byte[scales.length]));
    node(
            "QLinearConv",
            List.of(
                one,
                zero,
                tensor(INT8, weights.weight()),
                tensor(FLOAT, weights.scale()),
                tensor(INT8, zeros),
                one,
                zero,
                tensor(INT32, rounded)))
        .message(5, OnnxGraph.integers("kernel_shape", conv.kernel(), conv.kernel()))
        .message(5, OnnxGraph.integers("strides", conv.stride(), conv.stride()))
        .message(
            5,
            OnnxGraph.integers(
                "pads", conv.padding(), conv.padding(), conv.padding(), conv.padding()))
        .message(5, OnnxGraph.integer("group", conv.groups()));
  }

  private ProtobufMessage node(String operator, List<String> furtherInputs) {
    ProtobufMessage node = new ProtobufMessage().text(1, last);
    furtherInputs.forEach(input -> node.text(1, input));
    last = "y" + names++;
    node.text(2, last).text(3, operator + "_" + last).text(4, operator);
    nodes.add(node);
    return node;
  }

  /** Adds an initializer and returns its name. */
  private String tensor(int type, HostTensor values) {
    String name = "w" + names++;
    ByteBuffer bytes = values.bytes();
    ProtobufMessage message = new ProtobufMessage();
    if (values.shape().length > 0) {
      message.numbers(1, values.shape());
    }
    graph.message(5, message.number(2, type).text(8, name).bytes(9, bytes));
    return name;
  }
}
