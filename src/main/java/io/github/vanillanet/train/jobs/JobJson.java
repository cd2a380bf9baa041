package io.github.vanillanet.train.jobs;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.fasterxml.jackson.module.paramnames.ParameterNamesModule;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.util.Optional;

/**
 * JSON of the files of a job: snake case, absent members instead of nulls, members that a newer
 * writer added are passed over. Thread-safe.
 */
final class JobJson {

  private final ObjectMapper mapper =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .addModule(new JavaTimeModule())
          .addModule(new ParameterNamesModule())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  /** One line, without its end. */
  String line(Object value) {
    try {
      return mapper.writeValueAsString(value);
    } catch (JacksonException e) {
      throw new IllegalStateException(value.getClass() + " is always JSON", e);
    }
  }

  JsonNode tree(Object value) {
    return mapper.valueToTree(value);
  }

  /** Empty if it is not JSON of that type. */
  <T> Optional<T> parse(String text, Class<T> type) {
    try {
      return Optional.ofNullable(mapper.readValue(text, type));
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  /**
   * @param what is being read, for the message
   * @throws ServiceException {@code INVALID_REQUEST} if it is no object, or a member is unknown or
   *     of the wrong type
   */
  <T> T strict(JsonNode tree, Class<T> type, String what) {
    if (!tree.isObject()) {
      throw new ServiceException(
          ErrorCode.INVALID_REQUEST,
          "%s: expected a JSON object, found %s".formatted(what, tree.getNodeType()));
    }
    try {
      return mapper
          .readerFor(type)
          .with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .readValue(tree);
    } catch (JacksonException e) {
      if (e.getCause() instanceof ServiceException refused) {
        throw refused; // a record's own check
      }
      throw new ServiceException(ErrorCode.INVALID_REQUEST, what + ": " + firstLine(e));
    } catch (java.io.IOException e) {
      throw new IllegalStateException("a tree is read from memory", e);
    }
  }

  private static String firstLine(JacksonException e) {
    return e.getOriginalMessage()
        .lines()
        .findFirst()
        .orElse("")
        .replaceAll("\\(class [^)]*\\)", "");
  }
}
