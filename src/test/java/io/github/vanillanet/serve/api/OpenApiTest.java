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
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.util.ArrayList;
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
}
