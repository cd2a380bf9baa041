package io.github.vanillanet.serve.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Compares the members that the OpenAPI document requires with the components of the records. */
@QuarkusTest
@QuarkusTestResource(TwoSmallModels.class)
class RequiredMembersTest {

  /** Schemas of requests, and of answers that are not written from a record. */
  private static final String NOT_FROM_RECORDS = "Infer.*|.*Request";

  @Test
  void aMemberIsRequiredUnlessItIsOptional() {
    Map<String, JsonNode> schemas = OpenApiDocument.fetch().schemas();
    List<String> compared = new ArrayList<>();

    for (Map.Entry<Set<String>, Set<String>> required : requiredByMembers().entrySet()) {
      schemas.forEach(
          (name, schema) -> {
            if (!name.matches(NOT_FROM_RECORDS)
                && names(schema.path("properties")).equals(required.getKey())) {
              assertThat(texts(schema.path("required"))).as(name).isEqualTo(required.getValue());
              compared.add(name);
            }
          });
    }

    assertThat(compared)
        .contains("JobView", "Outcome", "Recipe", "ModelView", "Prediction")
        .hasSizeGreaterThan(40);
  }

  /** For the members of each record, those that are always written. */
  private static Map<Set<String>, Set<String>> requiredByMembers() {
    Map<Set<String>, Set<String>> records =
        new TreeMap<>((left, right) -> left.toString().compareTo(right.toString()));
    for (JavaClass type :
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.github.vanillanet")) {
      if (type.isRecord()) {
        Set<String> all = new TreeSet<>();
        Set<String> present = new TreeSet<>();
        for (RecordComponent component : type.reflect().getRecordComponents()) {
          String name = name(component);
          all.add(name);
          if (!component.getType().getSimpleName().startsWith("Optional")) {
            present.add(name);
          }
        }
        records.merge(all, present, RequiredMembersTest::both);
      }
    }
    return records;
  }

  /** For two records with the same members, those that both write. */
  private static Set<String> both(Set<String> left, Set<String> right) {
    Set<String> both = new TreeSet<>(left);
    both.retainAll(right);
    return both;
  }

  private static String name(RecordComponent component) {
    JsonProperty given = component.getAccessor().getAnnotation(JsonProperty.class);
    return given != null ? given.value() : new SnakeCaseStrategy().translate(component.getName());
  }

  private static Set<String> names(JsonNode object) {
    Set<String> names = new TreeSet<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static Set<String> texts(JsonNode array) {
    Set<String> texts = new TreeSet<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
