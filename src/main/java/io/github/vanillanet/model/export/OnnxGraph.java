package io.github.vanillanet.model.export;

import io.github.vanillanet.model.checkpoint.HostTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** Builds a chain of ONNX nodes. Each node takes the output of the previous one. */
final class OnnxGraph {

  private static final int FLOAT = 1; // TensorProto.DataType
  private static final int UINT8 = 2;
  private static final int INT64 = 7;
  private static final int ATTRIBUTE_INT = 2; // AttributeProto.AttributeType
  private static final int ATTRIBUTE_INTS = 7;

  private final ProtobufMessage graph = new ProtobufMessage();
  private String last;
  private int names;

  OnnxGraph(String input) {
    this.last = input;
  }

  void convolution(HostTensor weight, HostTensor bias, int stride, int padding, int groups) {
    long[] kernel = Arrays.copyOfRange(weight.shape(), 2, 4);
    graph.message(
        1,
        node("Conv", tensor(weight), tensor(bias))
            .message(5, integers("kernel_shape", kernel))
            .message(5, integers("strides", stride, stride))
            .message(5, integers("pads", padding, padding, padding, padding))
            .message(5, integer("group", groups)));
  }

  /** Converts to float32. */
  void toFloats() {
    graph.message(1, node("Cast").message(5, integer("to", FLOAT)));
  }

  void transpose(long... axes) {
    graph.message(1, node("Transpose").message(5, integers("perm", axes)));
  }

  /** Applies {@code Div}, {@code Sub} and the like with a broadcast operand. */
  void arithmetic(String operator, HostTensor operand) {
    graph.message(1, node(operator, tensor(operand)));
  }

  void relu() {
    graph.message(1, node("Relu"));
  }

  /** Windows do not overlap. Drops the remainder at the border. */
  void maxPool(int rows, int columns) {
    graph.message(
        1,
        node("MaxPool")
            .message(5, integers("kernel_shape", rows, columns))
            .message(5, integers("strides", rows, columns)));
  }

  void globalAveragePool() {
    graph.message(1, node("GlobalAveragePool"));
  }

  /** Chooses and repeats slices along {@code axis}. */
  void gather(int axis, long... indices) {
    ByteBuffer bytes =
        ByteBuffer.allocate(indices.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(indices);
    String chosen = tensor(INT64, new long[] {indices.length}, bytes);
    graph.message(1, node("Gather", chosen).message(5, integer("axis", axis)));
  }

  /** Flattens the last output to [n, rest] and completes the graph. */
  ProtobufMessage finish(String name, Value inputValue, Value output) {
    graph.message(1, node("Flatten", output.name(), List.of()).message(5, integer("axis", 1)));
    return graph.text(2, name).message(11, inputValue.message()).message(12, output.message());
  }

  private ProtobufMessage node(String operator, String... furtherInputs) {
    return node(operator, "y" + names++, List.of(furtherInputs));
  }

  private ProtobufMessage node(String operator, String output, List<String> furtherInputs) {
    ProtobufMessage node = new ProtobufMessage().text(1, last);
    furtherInputs.forEach(input -> node.text(1, input));
    last = output;
    return node.text(2, output).text(3, operator + "_" + output).text(4, operator);
  }

  private String tensor(HostTensor weight) {
    return tensor(FLOAT, weight.shape(), weight.bytes());
  }

  /** Adds an initializer and returns its name. */
  private String tensor(int type, long[] shape, ByteBuffer littleEndian) {
    String name = "w" + names++;
    graph.message(
        5,
        new ProtobufMessage()
            .numbers(1, shape)
            .number(2, type)
            .text(8, name)
            .bytes(9, littleEndian));
    return name;
  }

  static ProtobufMessage integer(String name, long value) {
    return new ProtobufMessage().text(1, name).number(3, value).number(20, ATTRIBUTE_INT);
  }

  static ProtobufMessage integers(String name, long... values) {
    return new ProtobufMessage().text(1, name).numbers(8, values).number(20, ATTRIBUTE_INTS);
  }

  /** A batch of uint8 samples of this shape. */
  static Value pixels(String name, long... sample) {
    return new Value(name, UINT8, sample);
  }

  /** A batch of float32 samples of this shape. */
  static Value floats(String name, long... sample) {
    return new Value(name, FLOAT, sample);
  }

  /** An input or output: a tensor whose first dimension is the batch. */
  record Value(String name, int type, long[] sample) {

    ProtobufMessage message() {
      ProtobufMessage shape =
          new ProtobufMessage().message(1, new ProtobufMessage().text(2, "batch"));
      for (long dimension : sample) {
        shape.message(1, new ProtobufMessage().number(1, dimension));
      }
      ProtobufMessage tensorType = new ProtobufMessage().number(1, type).message(2, shape);
      return new ProtobufMessage()
          .text(1, name)
          .message(2, new ProtobufMessage().message(1, tensorType));
    }
  }
}
