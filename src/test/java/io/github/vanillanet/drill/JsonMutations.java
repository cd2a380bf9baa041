package io.github.vanillanet.drill;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Valid JSON with changed values, members and structure. Not thread-safe. */
final class JsonMutations {

  private static final int MOST_EDITS = 2;
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** JSON texts, among them numbers beyond every Java type. */
  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "false",
          "\"\"",
          "\"a\"",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "\"💥\"",
          "\"NaN\"",
          "\"-1\"",
          "0",
          "-0",
          "-0.0",
          "1",
          "-1",
          "2",
          "0.5",
          "1e-400",
          "1e38",
          "3.5e38",
          "1e308",
          "1e309",
          "-1e99999",
          "2147483647",
          "2147483648",
          "-2147483649",
          "4294967296",
          "9223372036854775807",
          "9223372036854775808",
          "1" + "0".repeat(900),
          "0." + "3".repeat(900),
          "[]",
          "{}",
          "[[]]",
          "[null]",
          "{\"\":null}",
          "{\"b64\":\"\"}",
          "{\"b64\":7}",
          "[0,0,0]",
          "[-1]",
          "[1,3,64,64]",
          "[2,3,64,64]",
          "[1,64,64,3]",
          "[0]",
          "[65536,65536,65536,65536]",
          "\"FP16\"",
          "\"FP32\"",
          "\"FP64\"",
          "\"UINT8\"",
          "\"INT64\"",
          "\"BYTES\"",
          "\"BOOL\"",
          "\"BF16\"",
          "\"base64\"",
          "\"/9j/\"",
          "\"====\"",
          "\"narrow\"",
          "\"../../etc\"",
          "[".repeat(900) + "]".repeat(900),
          "\"" + "x".repeat(70_000) + "\"",
          "\"logits\"",
          "\"image\"",
          "\"input\"");

  private static final List<String> MEMBERS =
      List.of(
          "",
          "id",
          "name",
          "shape",
          "data",
          "datatype",
          "parameters",
          "inputs",
          "outputs",
          "instances",
          "b64",
          "image",
          "image_bytes",
          "content_type",
          "classification",
          "timeout",
          "binary_data",
          "binary_data_size",
          "binary_data_output",
          "priority",
          "sequence_id",
          "shared_memory_region",
          "signature_name",
          "epochs",
          "dims",
          "from",
          "stages",
          "💥");

  private final Random random;

  JsonMutations(Random random) {
    this.random = random;
  }

  /** The bytes of a mutated copy, or now and then of an equal one. */
  byte[] mutate(JsonNode original) {
    ArrayNode root = NODES.arrayNode().add(original.deepCopy());
    for (int i = random.nextInt(MOST_EDITS + 1); i > 0; i--) {
      editSome(root);
    }
    String text = root.path(0).toString();
    if (random.nextInt(20) == 0 && text.startsWith("{\"")) { // a member twice
      text =
          "{\""
              + MEMBERS.get(random.nextInt(MEMBERS.size()))
              + "\":"
              + value()
              + ","
              + text.substring(1);
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void editSome(ArrayNode root) {
    List<JsonNode> containers = new ArrayList<>();
    collect(root, containers);
    JsonNode container = containers.get(random.nextInt(containers.size()));
    if (container instanceof ObjectNode object) {
      edit(object);
    } else if (container instanceof ArrayNode array) {
      edit(array);
    }
  }

  private static void collect(JsonNode node, List<JsonNode> containers) {
    if (node.isContainerNode()) {
      containers.add(node);
      if (node.isObject() || node.size() <= 16) { // the numbers of a tensor are all alike
        node.forEach(child -> collect(child, containers));
      }
    }
  }

  private void edit(ObjectNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    if (names.isEmpty() || random.nextInt(6) == 0) {
      object.set(MEMBERS.get(random.nextInt(MEMBERS.size())), value());
      return;
    }
    String name = names.get(random.nextInt(names.size()));
    switch (random.nextInt(5)) {
      case 0 -> object.remove(name);
      case 1 -> object.set(name, NODES.arrayNode().add(object.get(name)));
      case 2 -> object.set(name, object.get(names.get(random.nextInt(names.size()))).deepCopy());
      default -> object.set(name, value());
    }
  }

  private void edit(ArrayNode array) {
    int at = array.isEmpty() ? 0 : random.nextInt(array.size());
    switch (random.nextInt(5)) {
      case 0 -> array.insert(at, value());
      case 1 -> {
        if (!array.isEmpty()) {
          for (int i = random.nextInt(100); i >= 0; i--) {
            array.add(array.get(at).deepCopy());
          }
        }
      }
      case 2 -> array.remove(at);
      default -> {
        if (!array.isEmpty()) {
          array.set(at, value());
        }
      }
    }
  }

  private JsonNode value() {
    return NODES.rawValueNode(new RawValue(VALUES.get(random.nextInt(VALUES.size()))));
  }
}
