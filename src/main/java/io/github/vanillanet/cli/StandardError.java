package io.github.vanillanet.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What is at the other end of standard error. */
final class StandardError {

  private static final Path DESCRIPTOR = Path.of("/proc/self/fd/2");

  private StandardError() {}

  /** True if it is a terminal; where the system does not tell, if the JVM has a console. */
  static boolean isTerminal() {
    if (!Files.exists(DESCRIPTOR)) {
      return System.console() != null;
    }
    try {
      String target = Files.readSymbolicLink(DESCRIPTOR).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }
}
