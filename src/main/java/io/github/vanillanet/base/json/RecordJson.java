package io.github.vanillanet.base.json;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.fasterxml.jackson.module.paramnames.ParameterNamesModule;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.error.Suggestion;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Records as JSON: members in snake case, no member for an absent Optional, ISO 8601 dates. */
public final class RecordJson {

  private static final ObjectMapper JSON =
      mapper()
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private RecordJson() {}

  /** The configuration that all mappers of the service's files share. */
  public static JsonMapper.Builder mapper() {
    return JsonMapper.builder()
        .addModule(new Jdk8Module())
        .addModule(new JavaTimeModule())
        .addModule(new ParameterNamesModule())
        .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
        .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS);
  }

  /** Writes one line without a line break. */
  public static String write(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JacksonException e) {
      throw new IllegalStateException(value.getClass() + " cannot be written as JSON", e);
    }
  }

  /** The object or array that {@code value} is written as. */
  public static <T extends JsonNode> T tree(Object value) {
    return JSON.valueToTree(value);
  }

  /** Ignores unknown members. Empty if {@code text} is not JSON of that type. */
  public static <T> Optional<T> parse(String text, Class<T> type) {
    try {
      return Optional.ofNullable(JSON.readValue(text, type));
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  /**
   * Reads a request or a file that a person may have written.
   *
   * @param what describes the JSON in messages
   * @throws ServiceException {@code INVALID_REQUEST} if {@code tree} is not an object, or if a
   *     member is unknown or has the wrong type
   */
  public static <T> T read(JsonNode tree, Class<T> type, String what) {
    requireObject(tree, what);
    try {
      return JSON.readerFor(type)
          .with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .readValue(tree);
    } catch (JsonMappingException e) {
      if (e.getCause() instanceof ServiceException invalid) {
        throw invalid; // thrown by the constructor of a record
      }
      throw INVALID_REQUEST.error(message(what, e, tree));
    } catch (IOException e) {
      throw new IllegalStateException("reading JSON from memory failed", e);
    }
  }

  /**
   * @throws ServiceException {@code INVALID_REQUEST} if {@code tree} is an array or a single value
   */
  public static void requireObject(JsonNode tree, String what) {
    if (!tree.isObject()) {
      throw INVALID_REQUEST.error(
          "%s: expected a JSON object, found %s",
          what, tree.getNodeType().name().toLowerCase(Locale.ROOT));
    }
  }

  private static String message(String what, JsonMappingException e, JsonNode tree) {
    String member =
        e.getPath().stream()
            .map(step -> step.getFieldName() == null ? "[]" : step.getFieldName())
            .collect(Collectors.joining("."));
    if (e instanceof UnrecognizedPropertyException unknown) {
      List<String> known = unknown.getKnownPropertyIds().stream().map(Object::toString).toList();
      return e.getPath().size() > 1
          ? unknown(member, what, known)
          : StreamSupport.stream(((Iterable<String>) tree::fieldNames).spliterator(), false)
              .filter(name -> !known.contains(name))
              .map(name -> unknown(name, what, known))
              .collect(Collectors.joining("; "));
    }
    if (e instanceof InvalidFormatException format) {
      return "%s: expected %s, found '%s'"
          .formatted(member, expected(format.getTargetType()), format.getValue());
    }
    return "%s: %s"
        .formatted(
            member.isEmpty() ? what : member,
            e.getOriginalMessage().lines().findFirst().orElse("the value cannot be read"));
  }

  private static String unknown(String member, String what, List<String> known) {
    return "%s: %s has no such member%s"
        .formatted(
            member,
            what,
            Suggestion.of(member, known)
                .map(name -> "; did you mean %s?".formatted(name))
                .orElse(", expected one of " + String.join(", ", known)));
  }

  private static String expected(Class<?> type) {
    return type.isEnum()
        ? Arrays.stream(type.getEnumConstants())
            .map(constant -> JSON.valueToTree(constant).asText())
            .collect(Collectors.joining(", ", "one of ", ""))
        : type.getSimpleName().toLowerCase(Locale.ROOT);
  }
}
