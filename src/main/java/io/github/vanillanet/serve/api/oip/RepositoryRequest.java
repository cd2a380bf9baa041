package io.github.vanillanet.serve.api.oip;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.api.json.JsonValues;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;

/**
 * The body of a request to the model repository extension; all of it is optional, and so is it.
 *
 * @param ready lists ready models only
 */
record RepositoryRequest(boolean ready, Parameters parameters) {

  private static final int LONGEST_STRING = 1 << 20;
  private static final JsonFactory JSON = JsonValues.factory(LONGEST_STRING);

  private static final RepositoryRequest EMPTY =
      new RepositoryRequest(false, Parameters.none("request"));

  /**
   * @throws ServiceException {@code INVALID_REQUEST} if it is neither empty nor such a request
   */
  static RepositoryRequest read(InputStream body) {
    try {
      PushbackInputStream stream = new PushbackInputStream(body);
      int first = stream.read();
      if (first < 0) {
        return EMPTY;
      }
      stream.unread(first);
      return JsonValues.object(JSON, stream, RepositoryRequest::fields);
    } catch (IOException e) {
      throw new ServiceException(
          ErrorCode.INVALID_REQUEST, "the body ended early: " + e.getMessage());
    }
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
                parser, "ready: expected true or false, found " + JsonValues.word(value));
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
   * Files and configurations out of a request would be served without a certificate.
   *
   * @throws ServiceException {@code INVALID_REQUEST} if there are any
   */
  void requireNoOverrides() {
    for (String name : parameters.values().keySet()) {
      if (name.equals("config") || name.startsWith("file:")) {
        throw new ServiceException(
            ErrorCode.INVALID_REQUEST,
            "parameters.%s: models are loaded as they were published, nothing can be overridden"
                .formatted(name));
      }
    }
  }
}
