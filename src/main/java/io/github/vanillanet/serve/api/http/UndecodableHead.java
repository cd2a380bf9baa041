package io.github.vanillanet.serve.api.http;

/** The answer to a head that is not HTTP, or whose parts contradict each other. */
final class UndecodableHead {

  private UndecodableHead() {}

  /**
   * @param cause why the decoder rejected the head; its type decides the status
   */
  static HttpError error(Throwable cause) {
    int status =
        switch (cause.getClass().getSimpleName()) {
          case "TooLongHttpLineException" -> 414;
          case "TooLongHttpHeaderException" -> 431;
          case "UnsupportedOperationException" -> 501;
          default -> 400;
        };
    return HttpError.of(
        status, "invalid request: " + String.valueOf(cause.getMessage()).replace("HTTP/1.1 ", ""));
  }
}
