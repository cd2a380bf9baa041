package io.github.vanillanet.base.error;

/**
 * The failures that callers and operators can act on. {@code serve.api.http} maps each code to an
 * HTTP status.
 */
public enum ErrorCode {
  /** A malformed request: bad JSON, bad parameter, bad tensor shape. */
  INVALID_REQUEST,
  /** No model or version with that name is loaded. */
  MODEL_NOT_FOUND,
  /** The request names no model, several are loaded, and none is the default. */
  MODEL_AMBIGUOUS,
  /** A body or an image exceeds its configured limit. */
  TOO_LARGE,
  /** A body arrives slower than the minimum rate, or takes too long. */
  BODY_TOO_SLOW,
  /** The bytes are not in a supported image format. */
  UNSUPPORTED_IMAGE,
  /** The image is in a supported format but damaged, or takes too much work to decode. */
  UNDECODABLE_IMAGE,
  QUEUE_FULL,
  /** A page of another origin sent a request that would change the service. */
  FOREIGN_ORIGIN,
  /** The address of the client has failed to sign in too often. */
  TOO_MANY_SIGN_INS,
  /** The service or the model is still loading, or is closing. */
  NOT_READY,
  /** The deadline has passed, or would pass before the answer. */
  DEADLINE_EXCEEDED,
  CLIENT_GONE,
  /** The device has no memory for this forward. The worker continues. */
  OUT_OF_DEVICE_MEMORY,
  /** The engine or the device failed, or returned non-finite logits. */
  ENGINE_FAILURE,
  /** A checkpoint is damaged, hostile or of another variant. */
  BAD_CHECKPOINT,
  /** An artifact is damaged, or its certificate is missing or for other bytes. */
  BAD_ARTIFACT,
  /** An artifact does not compute what its source weights compute. */
  NOT_EQUIVALENT,
  /** A data set has a bad layout, a bad archive or too many damaged files. */
  BAD_DATASET,
  JOB_NOT_FOUND,
  /** The state of a job or a model does not allow the operation. */
  CONFLICT,
  /** A setting, a command-line option or the file system is wrong. */
  BAD_CONFIGURATION;

  /**
   * Creates the exception for a failure with this code.
   *
   * @param message one line: what was expected, what was found, what to do; a format string if
   *     there are arguments
   */
  public ServiceException error(String message, Object... arguments) {
    return error((Throwable) null, message, arguments);
  }

  /** Creates the exception for a failure that another exception caused. */
  public ServiceException error(Throwable cause, String message, Object... arguments) {
    String text = arguments.length == 0 ? message : message.formatted(arguments);
    return new ServiceException(this, text, cause);
  }
}
