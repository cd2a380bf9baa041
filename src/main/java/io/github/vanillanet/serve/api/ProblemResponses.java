package io.github.vanillanet.serve.api;

import io.github.vanillanet.serve.api.call.InferencePaths;
import io.github.vanillanet.serve.api.problem.FailureExamples;
import io.github.vanillanet.serve.api.problem.Problem;
import io.github.vanillanet.serve.api.problem.StatusTable;
import java.util.Map;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.Components;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.headers.Header;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;

/**
 * Documents how every operation fails, in the form of its API, and what every inference takes and
 * tells beside its body: one place serves them all. Schemas, headers and parameters that are named
 * here stand in {@code META-INF/openapi.yaml}.
 */
public final class ProblemResponses implements OASFilter {

  private static final int UNEXPECTED = 500;

  /** How an API renders failures: the path that asks for it, its type, its schema. */
  private enum Form {
    PROBLEM("/", Problem.MEDIA_TYPE, "Problem"),
    PROTOCOL("/v2", "application/json", "ProtocolError"),
    TORCH_SERVE("/predictions", "application/json", "TorchServeError");

    private final String root;
    private final String mediaType;
    private final String schema;

    Form(String root, String mediaType, String schema) {
      this.root = root;
      this.mediaType = mediaType;
      this.schema = schema;
    }

    static Form of(String path) {
      if (path.startsWith("/v1") || path.startsWith("/v2")) {
        return PROTOCOL;
      }
      return path.startsWith("/predictions") || path.startsWith("/ping") ? TORCH_SERVE : PROBLEM;
    }
  }

  @Override
  public void filterOpenAPI(OpenAPI document) {
    document
        .getPaths()
        .getPathItems()
        .forEach(
            (path, item) ->
                item.getOperations()
                    .forEach(
                        (method, operation) ->
                            describe(document.getComponents(), method, path, operation)));
  }

  private static void describe(
      Components components, PathItem.HttpMethod method, String path, Operation operation) {
    Form form = Form.of(path);
    for (int status : ExpectedFailures.of(method.name(), path)) {
      APIResponse present = operation.getResponses().getAPIResponse(Integer.toString(status));
      if (present == null || present.getContent() == null) { // 401 and 403 come without a body
        refer(components, operation, form, Integer.toString(status), status);
      }
    }
    refer(components, operation, form, "default", UNEXPECTED);
    if (InferencePaths.target(path, name -> false).isPresent()) {
      describeInference(operation);
    }
  }

  private static void refer(
      Components components, Operation operation, Form form, String key, int status) {
    String name = form.schema + "-" + key;
    if (components.getResponses() == null || !components.getResponses().containsKey(name)) {
      components.addResponse(name, response(form, status, key.equals("default")));
    }
    operation
        .getResponses()
        .addAPIResponse(key, OASFactory.createAPIResponse().ref("#/components/responses/" + name));
  }

  private static APIResponse response(Form form, int status, boolean anyOther) {
    MediaType content =
        OASFactory.createMediaType()
            .schema(OASFactory.createSchema().ref("#/components/schemas/" + form.schema));
    for (FailureExamples.Example example : FailureExamples.of(status, form.root)) {
      content.addExample(example.name(), OASFactory.createExample().value(example.body()));
    }
    APIResponse response =
        OASFactory.createAPIResponse()
            .description(anyOther ? "Any other failure" : StatusTable.title(status))
            .content(OASFactory.createContent().addMediaType(form.mediaType, content));
    if (status == 429 || status == 503 || status == 504) {
      response.addHeader("Retry-After", header("RetryAfter"));
    }
    return response;
  }

  private static void describeInference(Operation operation) {
    for (String parameter : new String[] {"LatencyBudget", "Deadline"}) {
      operation.addParameter(
          OASFactory.createParameter().ref("#/components/parameters/" + parameter));
    }
    for (Map.Entry<String, APIResponse> response :
        operation.getResponses().getAPIResponses().entrySet()) {
      if (response.getKey().startsWith("2") && response.getValue().getRef() == null) {
        response.getValue().addHeader("Server-Timing", header("ServerTiming"));
        response.getValue().addHeader("X-Model", header("Model"));
      }
    }
  }

  private static Header header(String name) {
    return OASFactory.createHeader().ref("#/components/headers/" + name);
  }
}
