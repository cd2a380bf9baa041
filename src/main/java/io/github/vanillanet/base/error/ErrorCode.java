package io.github.vanillanet.base.error;

/**
 * Every failure this project names, grouped by who can mend it. HTTP statuses are not decided here:
 * one table in the REST layer maps each code once.
 */
public enum ErrorCode {
  /** A request that cannot be understood: bad JSON, bad parameter, bad tensor shape. */
  INVALID_REQUEST,
  /** No model or version of that name is loaded. */
  MODEL_NOT_FOUND,
  /** No model was named, several are loaded and none is the default. */
  MODEL_AMBIGUOUS,
  /** A body, or an image's pixel count, is over its configured bound. */
  TOO_LARGE,
  /** The bytes are not an image of a known format. */
  UNSUPPORTED_IMAGE,
  /** The bytes are of a known image format but cannot be decoded. */
  UNDECODABLE_IMAGE,
  /** A lane's queue is full; the work was shed before it began. */
  QUEUE_FULL,
  /** The service or the model is still loading, or is closing. */
  NOT_READY,
  /** The work's deadline passed, or would have passed before an answer. */
  DEADLINE_EXCEEDED,
  /** The client closed its connection before it was answered: nobody will read this. */
  CLIENT_GONE,
  /** The device has no memory left for this forward; the lane lives on. */
  OUT_OF_DEVICE_MEMORY,
  /** The engine or the device failed, or answered with non-finite logits. */
  ENGINE_FAILURE,
  /** A checkpoint that is damaged, hostile, or not of the variant it is said to be. */
  BAD_CHECKPOINT,
  /** An artifact on disk that is damaged, or whose certificate is missing, fails or differs. */
  BAD_ARTIFACT,
  /** The fused net does not compute what the training net computes. */
  NOT_EQUIVALENT,
  /** A data set that cannot be trained on: its layout, its archive, or too many damaged files. */
  BAD_DATASET,
  /** No job has that id. */
  JOB_NOT_FOUND,
  /** What is asked of a job or of a model does not fit where it stands. */
  CONFLICT,
  /** A setting or a command-line option that cannot be honoured. */
  BAD_CONFIGURATION
}
