package io.github.vanillanet.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The document against the routes. */
@QuarkusTest
@QuarkusTestResource(TwoSmallModels.class)
class OpenApiTest {

  private static Map<String, Map<String, Map<String, Object>>> paths() {
    return given().queryParam("format", "json").get("/q/openapi").jsonPath().getMap("paths");
  }

  /** {@code GET /models/{model}} and so on, read off the resources. */
  private static Set<String> routes() {
    Set<String> routes = new TreeSet<>();
    for (JavaClass resource :
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.github.vanillanet.rest")) {
      if (resource.isAnnotatedWith(Path.class)) {
        for (JavaMethod method : resource.getMethods()) {
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
  void everyOperationSaysWhatItDoesAndHowItFails() {
    paths()
        .forEach(
            (path, operations) ->
                operations.forEach(
                    (verb, operation) -> {
                      assertThat(operation.get("summary")).as(verb + " " + path).isNotNull();
                      assertThat(operation.get("responses").toString())
                          .as(verb + " " + path)
                          .contains("default", "too large");
                    }));
  }
}
