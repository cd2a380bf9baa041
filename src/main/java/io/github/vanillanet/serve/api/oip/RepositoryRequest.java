package io.github.vanillanet.serve.api.oip;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.api.http.BodyStream;
import io.github.vanillanet.serve.api.json.JsonValues;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;

/**
 * The optional body of a request to the model repository extension. All members are optional.
 *
 * @param ready whether to list ready models only
 */
record RepositoryRequest(boolean ready, Parameters parameters) {

  /** Some generated clients write it for an absent body. */
  private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

  /**
   * @throws ServiceException {@code INVALID_REQUEST} if it is neither empty nor a valid request
   */
  static RepositoryRequest read(InputStream body) {
    byte[] json = BodyStream.bytes(body);
    return json.length == 0 || Arrays.equals(json, NULL)
        ? new RepositoryRequest(false, Parameters.none("request"))
        : JsonValues.object(new ByteArrayInputStream(json), RepositoryRequest::fields);
  }

  private static RepositoryRequest fields(JsonParser parser) throws IOException {
    boolean ready = false;
    Parameters parameters = Parameters.none("request");
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (field) {
        case "ready" -> {
          if (!value.isBoolean()) {
            throw JsonValues.invalid(
                parser, "ready: expected true or false, got " + JsonValues.word(value));
          }
          ready = parser.getBooleanValue();
        }
        case "parameters" -> parameters = Parameters.read(parser, value, "request");
        default -> parser.skipChildren();
      }
    }
    return new RepositoryRequest(ready, parameters);
  }

  /**
   * Rejects names of parameters that are files and configurations: they would be served without a
   * certificate.
   *
   * @throws ServiceException {@code INVALID_REQUEST} if there are any
   */
  static void requireNoOverrides(Set<String> parameters) {
    for (String name : parameters) {
      if (name.equals("config") || name.startsWith("file:")) {
        throw INVALID_REQUEST.error(
            "parameters.%s: a model is loaded as it was published and cannot be overridden", name);
      }
    }
  }
}
