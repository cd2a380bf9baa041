package io.github.vanillanet.rest;

import io.github.vanillanet.rest.problem.Problem;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;

/** Documents how every operation fails, in the form of its API: one table serves them all. */
public final class ProblemResponses implements OASFilter {

  private static final String DESCRIPTION =
      """
      400 malformed, 401 and 403 not an administrator, 404 no such model, 409 conflict, \
      413 too large, 415 no image, 422 damaged image, 429 queue full, 503 not ready, \
      504 too late, 507 device full""";

  @Override
  public void filterOpenAPI(OpenAPI document) {
    document
        .getPaths()
        .getPathItems()
        .forEach((path, item) -> operations(item).forEach(operation -> add(path, operation)));
  }

  private static List<Operation> operations(PathItem item) {
    return List.copyOf(item.getOperations().values());
  }

  private static void add(String path, Operation operation) {
    APIResponse response =
        OASFactory.createAPIResponse().description(DESCRIPTION).content(content(path));
    operation.getResponses().addAPIResponse("default", response);
  }

  private static Content content(String path) {
    if (path.startsWith("/v1") || path.startsWith("/v2")) {
      return json("application/json", Map.of("error", string()), Map.of("error", "expected …"));
    }
    if (path.startsWith("/predictions") || path.startsWith("/ping")) {
      return json(
          "application/json",
          Map.of("code", integer(), "type", string(), "message", string()),
          Map.of("code", 404, "type", "ModelNotFoundException", "message", "there is no model"));
    }
    return json(
        Problem.MEDIA_TYPE,
        Map.of(
            "type", string(),
            "title", string(),
            "status", integer(),
            "detail", string(),
            "instance", string(),
            "code", string(),
            "error", string(),
            "request_id", string()),
        Map.of(
            "type", "urn:vanillanet:problem:undecodable-image",
            "title", "Unprocessable Content",
            "status", 422,
            "detail", "JPEG image of 512 bytes cannot be decoded",
            "instance", "/classify",
            "code", "UNDECODABLE_IMAGE",
            "error", "JPEG image of 512 bytes cannot be decoded",
            "request_id", "6f1e"));
  }

  private static Content json(
      String mediaType, Map<String, Schema> properties, Map<String, Object> example) {
    Schema schema =
        OASFactory.createSchema()
            .type(List.of(Schema.SchemaType.OBJECT))
            .properties(properties)
            .required(properties.keySet().stream().sorted().toList());
    return OASFactory.createContent()
        .addMediaType(mediaType, OASFactory.createMediaType().schema(schema).example(example));
  }

  private static Schema string() {
    return OASFactory.createSchema().type(List.of(Schema.SchemaType.STRING));
  }

  private static Schema integer() {
    return OASFactory.createSchema().type(List.of(Schema.SchemaType.INTEGER));
  }
}
