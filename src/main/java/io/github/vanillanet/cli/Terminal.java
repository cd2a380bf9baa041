package io.github.vanillanet.cli;

import java.io.PrintWriter;

/** Progress on standard error, in one line that is written over, if a person is looking. */
final class Terminal implements AutoCloseable {

  private static final String CLEAR_LINE = "\r\u001b[2K";

  private final PrintWriter err;
  private final boolean watched;

  Terminal(PrintWriter err) {
    this.err = err;
    // The JVM tells only whether input and output are both terminals; output may be a pipe here.
    this.watched = StandardError.isTerminal();
  }

  void progress(String step) {
    if (watched) {
      err.print(CLEAR_LINE + step + " …");
      err.flush();
    }
  }

  void warn(String warning) {
    close();
    err.println("warning: " + warning);
    err.flush();
  }

  @Override
  public void close() {
    if (watched) {
      err.print(CLEAR_LINE);
      err.flush();
    }
  }
}
