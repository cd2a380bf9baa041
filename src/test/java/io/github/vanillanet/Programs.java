package io.github.vanillanet;

import java.io.IOException;

/** Programs of this machine that a test needs. */
public final class Programs {

  private Programs() {}

  /** Returns whether a command exits with 0; false if there is no such program. */
  public static boolean succeeds(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
