package io.github.vanillanet.serve.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Compares the OpenAPI document with the routes and their answers. */
@QuarkusTest
@QuarkusTestResource(TwoSmallModels.class)
class OpenApiTest {

  private static Map<String, Map<String, Map<String, Object>>> paths() {
    return given().queryParam("format", "json").get("/q/openapi").jsonPath().getMap("paths");
  }

  /** {@code GET /models/{model}} and so on, read from the resource classes. */
  private static Set<String> routes() {
    Set<String> routes = new TreeSet<>();
    for (JavaClass resource :
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.github.vanillanet.serve.api", "io.github.vanillanet.train.api")) {
      if (resource.isAnnotatedWith(Path.class)) {
        for (JavaMethod method : resource.getAllMethods()) {
          verb(method).ifPresent(verb -> routes.add(verb + " " + path(resource, method)));
        }
      }
    }
    return routes;
  }

  private static java.util.Optional<String> verb(JavaMethod method) {
    return method.getAnnotations().stream()
        .filter(annotation -> annotation.getRawType().isAnnotatedWith(HttpMethod.class))
        .map(annotation -> annotation.getRawType().getSimpleName())
        .findFirst();
  }

  private static String path(JavaClass resource, JavaMethod method) {
    String base = resource.getAnnotationOfType(Path.class).value();
    String own =
        method.isAnnotatedWith(Path.class) ? method.getAnnotationOfType(Path.class).value() : "";
    return (base + "/" + own)
        .replaceAll("\\{(\\w+):[^}]*}", "{$1}")
        .replaceAll("/+", "/")
        .replaceAll("(.)/$", "$1");
  }

  @Test
  void everyRouteIsDocumentedAndEveryDocumentedRouteExists() {
    Set<String> documented = new TreeSet<>();
    paths()
        .forEach(
            (path, operations) ->
                operations
                    .keySet()
                    .forEach(verb -> documented.add(verb.toUpperCase(Locale.ROOT) + " " + path)));

    assertThat(documented).isEqualTo(routes());
  }

  @Test
  void everyOperationHasASummaryAndDocumentedErrors() {
    OpenApiDocument description = OpenApiDocument.fetch();

    for (OpenApiDocument.Operation operation : description.operations()) {
      assertThat(operation.node().path("summary").asText()).as(operation.toString()).isNotBlank();
      boolean isPost = operation.method().equals("POST");
      for (Map.Entry<String, JsonNode> response : description.responses(operation)) {
        if (!response.getKey().startsWith("2")) {
          assertThat(description.bodies(response.getValue()))
              .as(operation + " " + response.getKey())
              .isNotEmpty()
              .allMatch(body -> !body.examples().isEmpty());
        }
      }
      assertThat(description.responses(operation))
          .as(operation.toString())
          .anyMatch(response -> response.getKey().equals("default"))
          .anyMatch(response -> !isPost || response.getKey().startsWith("4"));
    }
  }

  @Test
  void everyOperationHasExamplesOfRequestsAndResponses() {
    OpenApiDocument description = OpenApiDocument.fetch();

    for (OpenApiDocument.Operation operation : description.operations()) {
      if (operation.node().has("requestBody")) {
        assertThat(description.bodies(operation.node().path("requestBody")))
            .as(operation + " request")
            .isNotEmpty()
            .allMatch(body -> !body.isJson() || !body.examples().isEmpty());
      }
      for (Map.Entry<String, JsonNode> response : description.responses(operation)) {
        List<OpenApiDocument.Body> bodies =
            description.bodies(response.getValue()).stream()
                .filter(body -> !body.mediaType().startsWith("image/")) // not text
                .toList();
        if (response.getKey().startsWith("2") && !bodies.isEmpty()) {
          assertThat(bodies)
              .as(operation + " response")
              .anyMatch(body -> !body.examples().isEmpty())
              .allMatch(body -> !body.isJson() || !body.examples().isEmpty());
        }
      }
    }
  }

  @Test
  void everyOperationHasAnIdThatIsAnIdentifierAndUnique() {
    List<String> ids =
        OpenApiDocument.fetch().operations().stream()
            .map(operation -> operation.node().path("operationId").asText())
            .toList();

    assertThat(ids)
        .doesNotHaveDuplicates()
        .allMatch(id -> id.matches("[a-z][A-Za-z0-9]+"))
        .contains("postClassify", "postClassifyByModel", "postV1ModelsByModelPredict");
  }

  @Test
  void everyParameterOfAPathIsDeclaredOnce() {
    for (OpenApiDocument.Operation operation : OpenApiDocument.fetch().operations()) {
      List<String> declared = new ArrayList<>();
      for (JsonNode parameter : operation.node().path("parameters")) {
        if (parameter.path("in").asText().equals("path")) {
          declared.add(parameter.path("name").asText());
        }
      }
      List<String> names =
          java.util.regex.Pattern.compile("\\{(\\w+)}")
              .matcher(operation.path())
              .results()
              .map(match -> match.group(1))
              .toList();
      assertThat(declared).as(operation.toString()).containsExactlyInAnyOrderElementsOf(names);
    }
  }

  @Test
  void everyExampleFitsItsSchema() {
    OpenApiDocument description = OpenApiDocument.fetch();
    int count = 0;

    for (OpenApiDocument.Operation operation : description.operations()) {
      List<OpenApiDocument.Body> bodies =
          new ArrayList<>(description.bodies(operation.node().path("requestBody")));
      description
          .responses(operation)
          .forEach(response -> bodies.addAll(description.bodies(response.getValue())));
      for (OpenApiDocument.Body body : bodies) {
        if (!body.isJson()) {
          continue;
        }
        for (JsonNode example : body.examples()) {
          assertThat(description.mismatches(body.schema(), example))
              .as(operation + " " + example)
              .isEmpty();
          count++;
        }
      }
    }

    assertThat(count).isGreaterThan(description.operations().size());
  }

  @Test
  void aValueThatDoesNotFitItsSchemaIsReported() {
    OpenApiDocument description = OpenApiDocument.fetch();
    JsonNode schema = OpenApiDocument.parse("{\"$ref\": \"#/$defs/ModelView\"}");

    assertThat(description.mismatches(schema, OpenApiDocument.parse("{\"nme\": \"x\"}")))
        .isNotEmpty();
    assertThat(description.mismatches(schema, OpenApiDocument.parse("{\"name\": 5}"))).isNotEmpty();
  }

  @Test
  void answersFitTheirDocumentedSchemas() {
    Service.awaitReady();
    OpenApiDocument description = OpenApiDocument.fetch();
    String model = TwoSmallModels.MODEL;
    String image = Base64.getEncoder().encodeToString(Service.jpeg());

    description.requireDocumented(
        "POST", "/classify/{model}", 200, image().post("/classify/" + model));
    description.requireDocumented(
        "POST", "/classify/{model}", 404, image().post("/classify/absent"));
    description.requireDocumented(
        "POST", "/classify/{model}", 400, image().post("/classify/" + model + "?top_k=x"));
    description.requireDocumented(
        "POST",
        "/classify/{model}",
        504,
        image().post("/classify/" + model + "?deadline_ms=0.0001"));
    description.requireDocumented(
        "POST",
        "/classify/{model}",
        415,
        given().contentType("image/jpeg").body(new byte[] {1, 2}).post("/classify/" + model));
    description.requireDocumented(
        "POST",
        "/classify/{model}",
        200,
        given()
            .multiPart("image", "a.jpg", Service.jpeg())
            .multiPart("image", "b.jpg", new byte[] {1})
            .post("/classify/" + model));

    description.requireDocumented("GET", "/models", 200, given().get("/models"));
    description.requireDocumented("GET", "/models/{model}", 200, given().get("/models/" + model));
    description.requireDocumented("GET", "/models/{model}", 404, given().get("/models/absent"));

    description.requireDocumented("GET", "/v2", 200, given().get("/v2"));
    for (String path : List.of("/v2/health/live", "/v2/health/ready", "/v2/models/stats")) {
      description.requireDocumented("GET", path, 200, given().get(path));
    }
    for (String more : List.of("", "/ready", "/config", "/stats")) {
      for (String view : List.of(model, model + "-image")) {
        String versioned = "/versions/{version}" + more;
        description.requireDocumented(
            "GET", "/v2/models/{model}" + more, 200, given().get("/v2/models/" + view + more));
        description.requireDocumented(
            "GET",
            "/v2/models/{model}" + versioned,
            200,
            given().get("/v2/models/" + view + versioned.replace("{version}", "1")));
      }
      description.requireDocumented(
          "GET", "/v2/models/{model}" + more, 404, given().get("/v2/models/absent" + more));
    }
    String infer = "/v2/models/{model}/infer";
    description.requireDocumented(
        "POST", infer, 200, json(InferJson.request(InferJson.zeros())).post(infer, model));
    description.requireDocumented(
        "POST",
        infer,
        200,
        json(InferJson.images(List.of(Service.jpeg(), new byte[] {1}))
                .replaceFirst("\\{", "{\"parameters\":{\"partial\":true},"))
            .post(infer, model + "-image"));
    description.requireDocumented(
        "POST",
        infer,
        200,
        json("""
        {"id": "7", "inputs": [{"name": "image", "shape": [1], "datatype": "BYTES",
         "data": [{"b64": "%s"}]}],
         "outputs": [{"name": "logits", "parameters": {"classification": 2}}]}\
        """
                .formatted(image))
            .post(infer, model + "-image"));
    description.requireDocumented(
        "POST",
        infer,
        200,
        given()
            .header("Inference-Header-Content-Length", 0)
            .body(Service.jpeg())
            .post(infer, model + "-image"));
    description.requireDocumented("POST", infer, 400, json("{}").post(infer, model));
    description.requireDocumented(
        "POST", "/v2/repository/index", 200, given().post("/v2/repository/index"));

    String predict = "/v1/models/{model}:predict";
    String instances = "{\"instances\": [{\"b64\": \"%s\"}, {\"b64\": \"AAAA\"}]}";
    description.requireDocumented("GET", "/v1/models", 200, given().get("/v1/models"));
    description.requireDocumented(
        "GET", "/v1/models/{model}", 200, given().get("/v1/models/" + model));
    description.requireDocumented(
        "POST",
        predict,
        200,
        json(instances.formatted(image))
            .urlEncodingEnabled(false)
            .post(predict.replace("{model}", model)));
    description.requireDocumented(
        "POST",
        predict,
        400,
        json("{}").urlEncodingEnabled(false).post(predict.replace("{model}", model)));

    description.requireDocumented("GET", "/ping", 200, given().get("/ping"));
    description.requireDocumented(
        "POST", "/predictions/{model}", 200, image().post("/predictions/" + model));
    description.requireDocumented(
        "PUT", "/predictions/{model}/{version}", 200, image().put("/predictions/" + model + "/1"));
    description.requireDocumented(
        "PUT", "/predictions/{model}/{version}", 404, image().put("/predictions/" + model + "/9"));
  }

  private static RequestSpecification image() {
    return given().contentType("image/jpeg").body(Service.jpeg());
  }

  private static RequestSpecification json(String body) {
    return given().contentType("application/json").body(body);
  }
}
