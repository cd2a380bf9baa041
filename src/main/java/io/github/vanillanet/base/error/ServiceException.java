package io.github.vanillanet.base.error;

import java.time.Duration;
import java.util.Optional;

/**
 * A problem that a caller or an operator can act on. The message is one readable line: what was
 * expected and what was found. Bugs are not of this type.
 */
public abstract sealed class ServiceException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  private ServiceException(ErrorCode code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /** Without a stack trace: thrown for every request of a storm, and never read. */
  private ServiceException(ErrorCode code, String message) {
    super(message, null, true, false);
    this.code = code;
  }

  public final ErrorCode code() {
    return code;
  }

  /** When to try again, if we know. */
  public Optional<Duration> retryAfter() {
    return Optional.empty();
  }

  /** See {@link ErrorCode#INVALID_REQUEST}. */
  public static final class InvalidRequest extends ServiceException {
    private static final long serialVersionUID = 1L;

    public InvalidRequest(String message) {
      super(ErrorCode.INVALID_REQUEST, message, null);
    }
  }

  /** See {@link ErrorCode#MODEL_NOT_FOUND}. */
  public static final class ModelNotFound extends ServiceException {
    private static final long serialVersionUID = 1L;

    public ModelNotFound(String message) {
      super(ErrorCode.MODEL_NOT_FOUND, message, null);
    }
  }

  /** See {@link ErrorCode#MODEL_AMBIGUOUS}. */
  public static final class ModelAmbiguous extends ServiceException {
    private static final long serialVersionUID = 1L;

    public ModelAmbiguous(String message) {
      super(ErrorCode.MODEL_AMBIGUOUS, message, null);
    }
  }

  /** See {@link ErrorCode#TOO_LARGE}. */
  public static final class TooLarge extends ServiceException {
    private static final long serialVersionUID = 1L;

    public TooLarge(String message) {
      super(ErrorCode.TOO_LARGE, message, null);
    }
  }

  /** See {@link ErrorCode#UNSUPPORTED_IMAGE}. */
  public static final class UnsupportedImage extends ServiceException {
    private static final long serialVersionUID = 1L;

    public UnsupportedImage(String message) {
      super(ErrorCode.UNSUPPORTED_IMAGE, message, null);
    }
  }

  /** See {@link ErrorCode#UNDECODABLE_IMAGE}. */
  public static final class UndecodableImage extends ServiceException {
    private static final long serialVersionUID = 1L;

    public UndecodableImage(String message, Throwable cause) {
      super(ErrorCode.UNDECODABLE_IMAGE, message, cause);
    }
  }

  /** See {@link ErrorCode#QUEUE_FULL}. */
  public static final class QueueFull extends ServiceException {
    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    /**
     * @param retryAfter what waits now will be done by then
     */
    public QueueFull(String message, Duration retryAfter) {
      super(ErrorCode.QUEUE_FULL, message);
      this.retryAfter = retryAfter;
    }

    @Override
    public Optional<Duration> retryAfter() {
      return Optional.of(retryAfter);
    }
  }

  /** See {@link ErrorCode#NOT_READY}. */
  public static final class NotReady extends ServiceException {
    private static final long serialVersionUID = 1L;

    public NotReady(String message) {
      super(ErrorCode.NOT_READY, message, null);
    }
  }

  /** See {@link ErrorCode#DEADLINE_EXCEEDED}. */
  public static final class DeadlineExceeded extends ServiceException {
    private static final long serialVersionUID = 1L;

    private final Duration retryAfter; // null if nobody knows: an Optional is not serializable

    public DeadlineExceeded(String message) {
      this(message, Optional.empty());
    }

    /**
     * @param retryAfter when so much less will wait that the same request may be in time
     */
    public DeadlineExceeded(String message, Optional<Duration> retryAfter) {
      super(ErrorCode.DEADLINE_EXCEEDED, message);
      this.retryAfter = retryAfter.orElse(null);
    }

    @Override
    public Optional<Duration> retryAfter() {
      return Optional.ofNullable(retryAfter);
    }
  }

  /** See {@link ErrorCode#CLIENT_GONE}. */
  public static final class ClientGone extends ServiceException {
    private static final long serialVersionUID = 1L;

    public ClientGone(String message) {
      super(ErrorCode.CLIENT_GONE, message, null);
    }
  }

  /** See {@link ErrorCode#OUT_OF_DEVICE_MEMORY}. */
  public static final class OutOfDeviceMemory extends ServiceException {
    private static final long serialVersionUID = 1L;

    public OutOfDeviceMemory(String message, Throwable cause) {
      super(ErrorCode.OUT_OF_DEVICE_MEMORY, message, cause);
    }
  }

  /** See {@link ErrorCode#ENGINE_FAILURE}. */
  public static final class EngineFailure extends ServiceException {
    private static final long serialVersionUID = 1L;

    public EngineFailure(String message) {
      super(ErrorCode.ENGINE_FAILURE, message, null);
    }

    public EngineFailure(String message, Throwable cause) {
      super(ErrorCode.ENGINE_FAILURE, message, cause);
    }
  }

  /** See {@link ErrorCode#BAD_CHECKPOINT}. */
  public static final class BadCheckpoint extends ServiceException {
    private static final long serialVersionUID = 1L;

    public BadCheckpoint(String message) {
      super(ErrorCode.BAD_CHECKPOINT, message, null);
    }

    public BadCheckpoint(String message, Throwable cause) {
      super(ErrorCode.BAD_CHECKPOINT, message, cause);
    }
  }

  /** See {@link ErrorCode#BAD_ARTIFACT}. */
  public static final class BadArtifact extends ServiceException {
    private static final long serialVersionUID = 1L;

    public BadArtifact(String message) {
      super(ErrorCode.BAD_ARTIFACT, message, null);
    }

    public BadArtifact(String message, Throwable cause) {
      super(ErrorCode.BAD_ARTIFACT, message, cause);
    }
  }

  /** See {@link ErrorCode#NOT_EQUIVALENT}. */
  public static final class NotEquivalent extends ServiceException {
    private static final long serialVersionUID = 1L;

    public NotEquivalent(String message) {
      super(ErrorCode.NOT_EQUIVALENT, message, null);
    }
  }

  /** See {@link ErrorCode#BAD_DATASET}. */
  public static final class BadDataset extends ServiceException {
    private static final long serialVersionUID = 1L;

    public BadDataset(String message) {
      super(ErrorCode.BAD_DATASET, message, null);
    }

    public BadDataset(String message, Throwable cause) {
      super(ErrorCode.BAD_DATASET, message, cause);
    }
  }

  /** See {@link ErrorCode#JOB_NOT_FOUND}. */
  public static final class JobNotFound extends ServiceException {
    private static final long serialVersionUID = 1L;

    public JobNotFound(String message) {
      super(ErrorCode.JOB_NOT_FOUND, message, null);
    }
  }

  /** See {@link ErrorCode#CONFLICT}. */
  public static final class Conflict extends ServiceException {
    private static final long serialVersionUID = 1L;

    public Conflict(String message) {
      super(ErrorCode.CONFLICT, message, null);
    }
  }

  /** See {@link ErrorCode#BAD_CONFIGURATION}. */
  public static final class BadConfiguration extends ServiceException {
    private static final long serialVersionUID = 1L;

    public BadConfiguration(String message) {
      super(ErrorCode.BAD_CONFIGURATION, message, null);
    }

    public BadConfiguration(String message, Throwable cause) {
      super(ErrorCode.BAD_CONFIGURATION, message, cause);
    }
  }
}
