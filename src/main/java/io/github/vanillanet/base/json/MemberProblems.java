package io.github.vanillanet.base.json;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import io.github.vanillanet.base.error.Suggestion;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Finds every member of a JSON object that does not fit a record. */
public final class MemberProblems {

  private static final PropertyNamingStrategies.SnakeCaseStrategy NAMES =
      new PropertyNamingStrategies.SnakeCaseStrategy();

  private final ObjectMapper json;
  private final String what;
  private final List<Problem> problems = new ArrayList<>();

  private MemberProblems(ObjectMapper json, String what) {
    this.json = json;
    this.what = what;
  }

  /**
   * @param member of the outermost object
   * @param message starts with the path of the member: {@code stages[1].epochs: expected …}
   */
  public record Problem(String member, String message) {}

  /**
   * Reads each member by itself. Does not call the record's constructor.
   *
   * @param what describes the object in messages
   */
  public static List<Problem> of(JsonNode object, Class<? extends Record> type, String what) {
    return of(object, type, what, RecordJson.JSON);
  }

  static List<Problem> of(JsonNode object, Class<?> type, String what, ObjectMapper json) {
    MemberProblems found = new MemberProblems(json, what);
    found.object(object, type, "", "");
    return List.copyOf(found.problems);
  }

  private void object(JsonNode object, Class<?> type, String member, String path) {
    Map<String, JavaType> members = new LinkedHashMap<>();
    for (RecordComponent component : type.getRecordComponents()) {
      members.put(
          NAMES.translate(component.getName()), json.constructType(component.getGenericType()));
    }
    object
        .properties()
        .forEach(
            entry -> {
              String name = entry.getKey();
              String outermost = member.isEmpty() ? name : member;
              if (members.containsKey(name)) {
                value(entry.getValue(), members.get(name), outermost, path + name);
              } else {
                problems.add(
                    new Problem(
                        outermost, unknown(path + name, name, List.copyOf(members.keySet()))));
              }
            });
  }

  private void value(JsonNode value, JavaType declared, String member, String path) {
    JavaType type = declared.isReferenceType() ? declared.getContentType() : declared;
    if (type.isRecordType() && value.isObject()) {
      object(value, type.getRawClass(), member, path + ".");
    } else if (type.isCollectionLikeType() && value.isArray()) {
      for (int i = 0; i < value.size(); i++) {
        value(value.get(i), type.getContentType(), member, path + "[" + i + "]");
      }
    } else {
      try {
        json.readerFor(type).readValue(value);
      } catch (JsonMappingException e) {
        String shown = value.isValueNode() ? "'" + value.asText() + "'" : kind(value);
        problems.add(
            new Problem(
                member, "%s: expected %s, found %s".formatted(path, expected(type), shown)));
      } catch (IOException e) {
        throw new IllegalStateException("reading JSON from memory failed", e);
      }
    }
  }

  private String unknown(String path, String name, List<String> known) {
    return "%s: %s has no such member%s"
        .formatted(
            path,
            what,
            Suggestion.of(name, known)
                .map(it -> "; did you mean %s?".formatted(it))
                .orElse(", expected one of " + String.join(", ", known)));
  }

  private static String kind(JsonNode value) {
    return "an " + value.getNodeType().name().toLowerCase(Locale.ROOT); // array or object
  }

  private String expected(JavaType type) {
    if (type.isEnumType()) {
      return Arrays.stream(type.getRawClass().getEnumConstants())
          .map(constant -> json.valueToTree(constant).asText())
          .collect(Collectors.joining(", ", "one of ", ""));
    }
    if (type.isCollectionLikeType()) {
      return "a list";
    }
    if (type.isRecordType()) {
      return "an object";
    }
    return switch (type.getRawClass().getSimpleName().toLowerCase(Locale.ROOT)) {
      case "int", "integer", "long", "optionalint", "optionallong" -> "a whole number";
      case "double", "optionaldouble" -> "a number";
      case "boolean" -> "true or false";
      default -> "a text";
    };
  }
}
