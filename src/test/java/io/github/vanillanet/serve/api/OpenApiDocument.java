package io.github.vanillanet.serve.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The OpenAPI document of the running service, read strictly: an object has only the documented
 * members.
 */
public final class OpenApiDocument {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonSchemaFactory SCHEMAS =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);

  private final JsonNode document;

  private OpenApiDocument(JsonNode document) {
    this.document = document;
  }

  public static OpenApiDocument fetch() {
    String text = given().queryParam("format", "json").get("/q/openapi").asString();
    // the validator resolves references below $defs
    ObjectNode document = (ObjectNode) parse(text.replace("#/components/schemas/", "#/$defs/"));
    document.set("$defs", document.path("components").path("schemas"));
    forbidOtherMembers(document);
    return new OpenApiDocument(document);
  }

  /** Rejects members that the document does not mention. */
  private static void forbidOtherMembers(JsonNode node) {
    if (node instanceof ObjectNode object
        && object.path("properties").isObject()
        && object.path("type").asText().equals("object")
        && !object.has("additionalProperties")) {
      object.put("additionalProperties", false);
    }
    node.forEach(OpenApiDocument::forbidOtherMembers);
  }

  static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new AssertionError("invalid JSON: " + json, e);
    }
  }

  /** One method at one path. */
  record Operation(String method, String path, JsonNode node) {

    @Override
    public String toString() {
      return method + " " + path;
    }
  }

  /** A body of one type. */
  record Body(String mediaType, JsonNode schema, List<JsonNode> examples) {

    boolean isJson() {
      return mediaType.endsWith("json");
    }
  }

  List<Operation> operations() {
    List<Operation> operations = new ArrayList<>();
    for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        operations.add(
            new Operation(
                method.getKey().toUpperCase(Locale.ROOT), path.getKey(), method.getValue()));
      }
    }
    return operations;
  }

  /** By their names. */
  Map<String, JsonNode> schemas() {
    Map<String, JsonNode> schemas = new TreeMap<>();
    document.path("$defs").properties().forEach(it -> schemas.put(it.getKey(), it.getValue()));
    return schemas;
  }

  Set<Map.Entry<String, JsonNode>> responses(Operation operation) {
    return operation.node().path("responses").properties();
  }

  /** The bodies of a request or a response. */
  List<Body> bodies(JsonNode holder) {
    List<Body> bodies = new ArrayList<>();
    for (Map.Entry<String, JsonNode> type : resolved(holder).path("content").properties()) {
      List<JsonNode> examples = new ArrayList<>();
      if (type.getValue().has("example")) {
        examples.add(type.getValue().path("example"));
      }
      type.getValue()
          .path("examples")
          .forEach(example -> examples.add(resolved(example).path("value")));
      bodies.add(new Body(type.getKey(), type.getValue().path("schema"), examples));
    }
    return bodies;
  }

  private JsonNode resolved(JsonNode node) {
    return node.has("$ref") ? document.at(node.path("$ref").asText().substring(1)) : node;
  }

  /** The violations of a schema by a value; empty if the value is valid. */
  Set<ValidationMessage> mismatches(JsonNode schema, JsonNode value) {
    ObjectNode root = schema.deepCopy();
    root.set("$defs", document.path("$defs")); // references start at the root
    return SCHEMAS.getSchema(root).validate(value);
  }

  /**
   * Fails unless the document describes this answer.
   *
   * @param path as documented, with its parameters in braces
   */
  public void requireDocumented(String method, String path, int status, Response answer) {
    String what = "%s %s: %d %s".formatted(method, path, status, answer.asString());
    assertThat(answer.statusCode()).as(what).isEqualTo(status);
    Operation operation =
        operations().stream()
            .filter(one -> one.method().equals(method) && one.path().equals(path))
            .findFirst()
            .orElseThrow(() -> new AssertionError("not documented: " + what));
    JsonNode response = operation.node().path("responses").path(Integer.toString(status));
    assertThat(response.isMissingNode()).as("status not documented: " + what).isFalse();
    String type = String.valueOf(answer.contentType()).replaceAll(";.*", "");
    Body body =
        bodies(response).stream()
            .filter(one -> one.mediaType().equals(type))
            .findFirst()
            .orElseThrow(() -> new AssertionError(type + " is not documented: " + what));
    if (body.isJson()) {
      assertThat(mismatches(body.schema(), parse(answer.asString()))).as(what).isEmpty();
    }
  }
}
