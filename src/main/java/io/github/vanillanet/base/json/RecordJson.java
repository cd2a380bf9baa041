package io.github.vanillanet.base.json;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.fasterxml.jackson.module.paramnames.ParameterNamesModule;
import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Records as JSON: members in snake case, no member for an absent Optional, ISO 8601 dates. */
public final class RecordJson {

  static final ObjectMapper JSON =
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
      throw INVALID_REQUEST.error("%s", message(tree, type, what, e));
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

  private static String message(JsonNode tree, Class<?> type, String what, JsonMappingException e) {
    List<MemberProblems.Problem> problems =
        type.isRecord() ? MemberProblems.of(tree, type, what, JSON) : List.of();
    String member =
        e.getPath().stream()
            .map(step -> step.getFieldName() == null ? "[]" : step.getFieldName())
            .collect(Collectors.joining("."));
    return problems.isEmpty()
        ? "%s: %s".formatted(member.isEmpty() ? what : member, JsonReason.of(e))
        : problems.stream().map(MemberProblems.Problem::message).collect(Collectors.joining("; "));
  }
}
