package io.github.vanillanet.serve.api.openapi;

import io.github.vanillanet.serve.api.http.Api;
import io.github.vanillanet.serve.api.http.ErrorFormat;
import io.github.vanillanet.serve.api.http.HttpError;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.Components;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.examples.Example;
import org.eclipse.microprofile.openapi.models.headers.Header;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;

/**
 * Completes the OpenAPI document: the failures of every operation in the format of its API, the
 * parameters and headers of every inference, and the examples in {@code META-INF/openapi.yaml},
 * which are named after the schemas that they belong to.
 */
public final class DescriptionFilter implements OASFilter {

  private static final String COMPONENTS = "#/components/";
  private static final String REFERENCE = "$example";
  private static final int UNEXPECTED = 500;

  /** Quarkus adds it for the JWTs; META-INF/openapi.yaml describes all ways to authenticate. */
  private static final String GENERATED_SCHEME = "SecurityScheme";

  private static final List<String> INFERENCE_PARAMETERS =
      List.of(
          "LatencyBudget",
          "Deadline",
          "TopK",
          "Threshold",
          "Exif",
          "Depth",
          "Alpha",
          "PreprocessingChoice",
          "Truncated");

  /** Parameters that not every route has, and their names. */
  private static final Map<String, String> SELECTED =
      Map.of("TopK", "top_k", "Threshold", "threshold");

  private static final List<Integer> OF_INFERENCE =
      List.of(400, 404, 413, 415, 422, 429, 503, 504, 507);

  /** An operation fails with the statuses of all patterns that match its method and path. */
  private static final Map<String, List<Integer>> RULES =
      Map.of(
          "GET /(models|v1/models|v2/models)/\\{model}.*", List.of(404, 503),
          "\\w+ /admin/.*", List.of(401, 403, 429),
          "\\w+ /admin/.*\\{.*", List.of(404),
          "POST /admin/trainings(/upload)?", List.of(400, 404, 409, 413),
          "POST /admin/trainings/.*/(cancel|resume)", List.of(409),
          "DELETE /admin/trainings/\\{id}", List.of(409),
          "POST /admin/models/.*", List.of(409, 503),
          "POST /v2/repository/.*", List.of(400, 403, 413),
          "POST /v2/repository/models/.*", List.of(401, 404, 429),
          "POST /v2/repository/models/.*/load", List.of(503));

  @Override
  public void filterOpenAPI(OpenAPI document) {
    Components components = document.getComponents();
    for (Example example : components.getExamples().values()) {
      example.setValue(expand(components, example.getValue()));
    }
    SchemaMembers.complete(components);
    components.removeSecurityScheme(GENERATED_SCHEME);
    document
        .getPaths()
        .getPathItems()
        .forEach(
            (path, item) ->
                item.getOperations()
                    .forEach(
                        (method, operation) ->
                            describe(components, method.name(), path, operation)));
  }

  private static void describe(
      Components components, String method, String path, Operation operation) {
    operation.setOperationId(operationId(method, path));
    if (operation.getSecurity() != null) {
      operation.setSecurity(
          components.getSecuritySchemes().keySet().stream()
              .map(name -> OASFactory.createSecurityRequirement().addScheme(name))
              .toList());
    }
    addPathParameters(operation, path);
    addExamples(components, operation);
    Api api = Api.of(path);
    for (int status : failures(method, path)) {
      APIResponse present = operation.getResponses().getAPIResponse(Integer.toString(status));
      boolean described = // 401 and 403 come without content
          present != null && (present.getContent() != null || present.getRef() != null);
      if (!described) {
        addFailure(components, operation, api.errors(), Integer.toString(status), status);
      }
    }
    addFailure(components, operation, api.errors(), "default", UNEXPECTED);
    if (api.inference(path).isPresent()) {
      describeInference(operation, api);
    }
  }

  /** Declares the parameters of a path that its route reads by hand. */
  private static void addPathParameters(Operation operation, String path) {
    List<Parameter> declared = operation.getParameters();
    Matcher names = Pattern.compile("\\{(\\w+)}").matcher(path);
    while (names.find()) {
      String name = names.group(1);
      if (declared == null || declared.stream().noneMatch(it -> name.equals(it.getName()))) {
        operation.addParameter(
            OASFactory.createParameter()
                .name(name)
                .in(Parameter.In.PATH)
                .required(true)
                .schema(OASFactory.createSchema().addType(Schema.SchemaType.STRING)));
      }
    }
  }

  /** A name for generated clients: {@code postV1ModelsByModelPredict}. */
  private static String operationId(String method, String path) {
    StringBuilder id = new StringBuilder(method.toLowerCase(Locale.ROOT));
    for (String word : path.replace("{", "By/").split("\\W+")) {
      if (!word.isEmpty()) {
        id.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
      }
    }
    return id.toString();
  }

  private static void addExamples(Components components, Operation operation) {
    if (operation.getRequestBody() != null) {
      addExamples(components, operation.getRequestBody().getContent(), "");
    }
    operation
        .getResponses()
        .getAPIResponses()
        .forEach((status, response) -> addExamples(components, response.getContent(), status));
  }

  private static void addExamples(Components components, Content content, String status) {
    if (content == null) {
      return;
    }
    for (MediaType body : content.getMediaTypes().values()) {
      if (body.getSchema() == null || body.getExample() != null || body.getExamples() != null) {
        continue;
      }
      for (String example : exampleNames(components, schemaName(body.getSchema()), status)) {
        body.addExample(
            example, OASFactory.createExample().ref(COMPONENTS + "examples/" + example));
      }
    }
  }

  /**
   * {@code SCHEMA.STATUS} and its variants if there are any, otherwise {@code SCHEMA} and its
   * variants.
   */
  private static List<String> exampleNames(Components components, String schema, String status) {
    Set<String> all = components.getExamples().keySet();
    String ofStatus = Pattern.quote(schema + "." + status) + "(\\..*)?";
    List<String> specific = all.stream().filter(name -> name.matches(ofStatus)).toList();
    String ofAny = Pattern.quote(schema) + "(\\.\\D.*)?";
    return specific.isEmpty()
        ? all.stream().filter(name -> name.matches(ofAny)).toList()
        : specific;
  }

  /** Replaces {@code {$example: NAME}} by the value of that example. */
  private static Object expand(Components components, Object value) {
    if (value instanceof List<?> list) {
      return list.stream().map(element -> expand(components, element)).toList();
    }
    if (!(value instanceof Map<?, ?> map)) {
      return value;
    }
    if (map.get(REFERENCE) instanceof String name) {
      return expand(components, components.getExamples().get(name).getValue());
    }
    Map<Object, Object> expanded = new LinkedHashMap<>();
    map.forEach((key, member) -> expanded.put(key, expand(components, member)));
    return expanded;
  }

  /** The last part of the reference; of an array, that of its items. */
  private static String schemaName(Schema schema) {
    if (schema.getRef() != null) {
      return schema.getRef().replaceFirst(".*/", "");
    }
    return schema.getItems() == null ? "" : schemaName(schema.getItems()) + "List";
  }

  /**
   * The statuses that an operation may fail with, besides those of every request: 405, 406, 414,
   * 431 and 500.
   */
  private static SortedSet<Integer> failures(String method, String path) {
    SortedSet<Integer> statuses = new TreeSet<>();
    RULES.forEach(
        (operation, possible) -> {
          if ((method + " " + path).matches(operation)) {
            statuses.addAll(possible);
          }
        });
    Optional<MatchResult> inference = Api.of(path).inference(path);
    if (inference.isPresent()) {
      statuses.addAll(OF_INFERENCE);
      if (inference.get().group(1) == null) {
        statuses.add(409); // there may be no default model
      }
    }
    return statuses;
  }

  private static void addFailure(
      Components components, Operation operation, ErrorFormat format, String key, int status) {
    String name = format.schema() + "-" + key;
    if (components.getResponses() == null || !components.getResponses().containsKey(name)) {
      components.addResponse(name, failure(format, status, key.equals("default")));
    }
    operation
        .getResponses()
        .addAPIResponse(key, OASFactory.createAPIResponse().ref(COMPONENTS + "responses/" + name));
  }

  private static APIResponse failure(ErrorFormat format, int status, boolean isDefault) {
    MediaType content =
        OASFactory.createMediaType()
            .schema(OASFactory.createSchema().ref(COMPONENTS + "schemas/" + format.schema()));
    ErrorExamples.of(status, format)
        .forEach((name, body) -> content.addExample(name, OASFactory.createExample().value(body)));
    APIResponse response =
        OASFactory.createAPIResponse()
            .description(isDefault ? "Any other failure" : HttpError.title(status))
            .content(OASFactory.createContent().addMediaType(format.mediaType(), content));
    if (status == 429 || status == 503 || status == 504) {
      response.addHeader("Retry-After", header("RetryAfter"));
    }
    return response;
  }

  private static void describeInference(Operation operation, Api api) {
    for (String parameter : INFERENCE_PARAMETERS) {
      String name = SELECTED.get(parameter);
      if (name == null || api.queryParameters().stream().anyMatch(names -> names.contains(name))) {
        operation.addParameter(
            OASFactory.createParameter().ref(COMPONENTS + "parameters/" + parameter));
      }
    }
    operation
        .getResponses()
        .getAPIResponses()
        .forEach(
            (status, response) -> {
              if (status.startsWith("2") && response.getRef() == null) {
                response.addHeader("Server-Timing", header("ServerTiming"));
                response.addHeader("X-Model", header("Model"));
                response.addHeader("X-Inexact", header("Inexact"));
              }
            });
  }

  private static Header header(String name) {
    return OASFactory.createHeader().ref(COMPONENTS + "headers/" + name);
  }
}
