package io.github.vanillanet.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.StringReader;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Reads YAML as Kubernetes and Helm do. In contrast to other readers, {@code yes} and {@code on}
 * without quotes are booleans, {@code 1e3} is a number and {@code 010} is 8.
 */
final class KubernetesYaml {

  private static final Pattern NULL = Pattern.compile("|~|null|Null|NULL");
  private static final Pattern TRUE = Pattern.compile("(?i)y|yes|on|true");
  private static final Pattern FALSE = Pattern.compile("(?i)n|no|off|false");
  private static final Pattern OCTAL = Pattern.compile("0[0-7]{1,9}");
  private static final Pattern NUMBER =
      Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");

  private KubernetesYaml() {}

  /** All documents that are not empty. */
  static List<JsonNode> documents(String yaml) {
    List<JsonNode> documents = new ArrayList<>();
    for (Node node : new Yaml(new LoaderOptions()).composeAll(new StringReader(yaml))) {
      JsonNode document = json(node);
      if (!document.isNull()) {
        documents.add(document);
      }
    }
    return documents;
  }

  private static JsonNode json(Node node) {
    if (node instanceof MappingNode mapping) {
      ObjectNode object = JsonNodeFactory.instance.objectNode();
      for (NodeTuple entry : mapping.getValue()) {
        String key = ((ScalarNode) entry.getKeyNode()).getValue();
        if (object.has(key)) {
          throw new AssertionError("the field %s occurs twice".formatted(key));
        }
        object.set(key, json(entry.getValueNode()));
      }
      return object;
    }
    if (node instanceof SequenceNode sequence) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      sequence.getValue().forEach(item -> array.add(json(item)));
      return array;
    }
    ScalarNode scalar = (ScalarNode) node;
    return scalar.isPlain() ? plain(scalar.getValue()) : TextNode.valueOf(scalar.getValue());
  }

  private static JsonNode plain(String text) {
    if (NULL.matcher(text).matches()) {
      return NullNode.getInstance();
    }
    if (TRUE.matcher(text).matches() || FALSE.matcher(text).matches()) {
      return BooleanNode.valueOf(TRUE.matcher(text).matches());
    }
    if (OCTAL.matcher(text).matches()) {
      return IntNode.valueOf(Integer.parseInt(text, 8));
    }
    if (!NUMBER.matcher(text).matches()) {
      return TextNode.valueOf(text);
    }
    if (!text.matches("-?[0-9]{1,18}")) {
      return DecimalNode.valueOf(new BigDecimal(text));
    }
    long number = Long.parseLong(text);
    return number == (int) number ? IntNode.valueOf((int) number) : LongNode.valueOf(number);
  }
}
