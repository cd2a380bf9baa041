package io.github.vanillanet.serve.api.http;

import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The format of failures in an API. The status is the same in each format. */
public enum ErrorFormat {
  /** RFC 9457 with more members. */
  PROBLEM("application/problem+json", Problem.class) {
    @Override
    public Object body(HttpError error, String path, Optional<String> requestId) {
      return Problem.of(error, path, requestId);
    }
  },
  /** The inference protocols of KServe and Triton. */
  PROTOCOL("application/json", ProtocolError.class) {
    @Override
    public Object body(HttpError error, String path, Optional<String> requestId) {
      return new ProtocolError(error.detail());
    }
  },
  TORCHSERVE("application/json", TorchServeError.class) {
    @Override
    public Object body(HttpError error, String path, Optional<String> requestId) {
      return new TorchServeError(error.status(), torchServeType(error), error.detail());
    }
  };

  private final String mediaType;
  private final Class<?> schema;

  ErrorFormat(String mediaType, Class<?> schema) {
    this.mediaType = mediaType;
    this.schema = schema;
  }

  /** A failure in the inference protocols. */
  @Schema(name = "ProtocolError", description = "A failure in the inference protocols")
  public record ProtocolError(
      @Schema(required = true, description = "What was wrong and what was expected")
          String error) {}

  /** A failure in TorchServe's API. */
  @Schema(name = "TorchServeError", description = "A failure in TorchServe's API")
  public record TorchServeError(
      @Schema(required = true, description = "The HTTP status") int code,
      @Schema(required = true) String type,
      @Schema(required = true, description = "What was wrong and what was expected")
          String message) {}

  public String mediaType() {
    return mediaType;
  }

  /** Name of the body's schema in the OpenAPI document. */
  public String schema() {
    return schema.getSimpleName();
  }

  /** The object that is written as JSON. */
  public abstract Object body(HttpError error, String path, Optional<String> requestId);

  /** TorchServe names its exceptions after the status, except those of 404. */
  private static String torchServeType(HttpError error) {
    if (error.status() == 404) {
      return error.code().equals("MODEL_NOT_FOUND")
          ? "ModelNotFoundException"
          : "ResourceNotFoundException";
    }
    return HttpError.title(error.status()).replace(" ", "") + "Exception";
  }
}
