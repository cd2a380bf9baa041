package io.github.vanillanet.serve.api.problem;

import io.github.vanillanet.base.error.ErrorCode;

/** Which HTTP status each failure gets, for every API alike. */
public final class StatusTable {

  private StatusTable() {}

  /** An operator's problem that reaches a client is the server's fault: 500. */
  public static int status(ErrorCode code) {
    return switch (code) {
      case INVALID_REQUEST -> 400;
      case MODEL_NOT_FOUND, JOB_NOT_FOUND -> 404;
      case MODEL_AMBIGUOUS, CONFLICT -> 409;
      case TOO_LARGE -> 413;
      case UNSUPPORTED_IMAGE -> 415;
      case UNDECODABLE_IMAGE, BAD_DATASET -> 422;
      case QUEUE_FULL -> 429;
      case CLIENT_GONE -> 499; // as nginx logs it
      case NOT_READY -> 503;
      case DEADLINE_EXCEEDED -> 504;
      case OUT_OF_DEVICE_MEMORY -> 507;
      case ENGINE_FAILURE, BAD_CHECKPOINT, BAD_ARTIFACT, NOT_EQUIVALENT, BAD_CONFIGURATION -> 500;
    };
  }

  /** The status's phrase, as a problem's title. */
  public static String title(int status) {
    return switch (status) {
      case 400 -> "Bad Request";
      case 401 -> "Unauthorized";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 405 -> "Method Not Allowed";
      case 406 -> "Not Acceptable";
      case 409 -> "Conflict";
      case 413 -> "Content Too Large";
      case 414 -> "URI Too Long";
      case 415 -> "Unsupported Media Type";
      case 422 -> "Unprocessable Content";
      case 429 -> "Too Many Requests";
      case 431 -> "Request Header Fields Too Large";
      case 499 -> "Client Closed Request";
      case 500 -> "Internal Server Error";
      case 503 -> "Service Unavailable";
      case 504 -> "Gateway Timeout";
      case 507 -> "Insufficient Storage";
      default -> "HTTP " + status;
    };
  }
}
