package io.github.vanillanet.engine;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;

/**
 * Environment variables that native libraries read when they are loaded. A JVM cannot change its
 * own, but the C library underneath can.
 */
final class NativeEnvironment {

  private NativeEnvironment() {}

  /**
   * OpenMP's threads spin while they wait for each other. On a machine with other load, or under a
   * quota of CPU time, the spinning takes the cores from those that are waited for: a forward
   * becomes several times slower than with passive waiting.
   */
  static void waitPassively() {
    setDefault("OMP_WAIT_POLICY", "PASSIVE");
  }

  /** Sets what the user has not set. Does nothing where there is no {@code setenv}. */
  private static void setDefault(String name, String value) {
    if (System.getenv(name) == null && (Platform.isLinux() || Platform.isMac())) {
      NativeLibrary.getInstance("c").getFunction("setenv").invokeInt(new Object[] {name, value, 0});
    }
  }
}
