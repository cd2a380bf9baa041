package io.github.vanillanet.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Shows progress on standard error, in one line that is overwritten. Shows nothing if standard
 * error is not a terminal.
 */
final class Terminal implements AutoCloseable {

  private static final String CLEAR_LINE = "\r\u001b[2K";
  private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

  private final PrintWriter err;
  private final boolean interactive = isTerminal();

  Terminal(PrintWriter err) {
    this.err = err;
  }

  /** System.console() also requires that standard output is a terminal, but it may be a pipe. */
  private static boolean isTerminal() {
    try {
      String target = Files.readSymbolicLink(STANDARD_ERROR).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException e) { // not on Linux
      return System.console() != null;
    }
  }

  boolean interactive() {
    return interactive;
  }

  void progress(String step) {
    if (interactive) {
      err.print(CLEAR_LINE + step + " …");
      err.flush();
    }
  }

  void warn(String warning) {
    print("warning: " + warning);
  }

  void note(String note) {
    print("note: " + note);
  }

  void print(String line) {
    close();
    err.println(line);
    err.flush();
  }

  @Override
  public void close() {
    if (interactive) {
      err.print(CLEAR_LINE);
      err.flush();
    }
  }
}
