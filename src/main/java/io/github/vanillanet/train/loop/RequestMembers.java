package io.github.vanillanet.train.loop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.vanillanet.base.error.Problems;
import io.github.vanillanet.base.json.RecordJson;
import java.util.Map;

/**
 * The members of a request by the names of the recipe. Requests and stored jobs can contain names
 * of earlier versions. {@code series}, the paper's word, is another name of {@code act_num}: {@code
 * off} is 0, where the kernel is 1 wide and the activation a ReLU with a factor per channel.
 */
final class RequestMembers {

  private static final Map<String, String> OTHER_NAMES =
      Map.of("accumulation", "accumulation_steps", "series", "act_num");

  private static final String OFF = "off";
  private static final String ON = "on";

  private RequestMembers() {}

  /**
   * A copy without members that are null or an empty list, which some generated clients write for
   * an absent member.
   *
   * @param problems receives each member that has two names
   */
  static ObjectNode current(JsonNode request, Problems problems) {
    RecordJson.requireObject(request, Presets.WHAT);
    ObjectNode current = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> member : request.properties()) {
      String name = OTHER_NAMES.getOrDefault(member.getKey(), member.getKey());
      if (member.getValue().isNull()
          || member.getValue().isArray() && member.getValue().isEmpty()) {
        continue;
      }
      problems.require(
          !current.has(name),
          "%s: given twice; its other name is also a member of the request",
          name);
      current.set(name, value(member.getKey(), member.getValue()));
    }
    return current;
  }

  private static JsonNode value(String member, JsonNode value) {
    String text = value.asText();
    if (member.equals("series") && text.equals(OFF)) {
      return IntNode.valueOf(0);
    }
    if (member.equals("deep_training") && (text.equals(ON) || text.equals(OFF))) {
      return BooleanNode.valueOf(text.equals(ON));
    }
    return value.deepCopy();
  }
}
