package io.github.vanillanet.model.engine;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;

/**
 * Settings of the C library beneath the JVM: environment variables that native libraries read when
 * they are loaded, which a JVM cannot change by itself, and the native heap.
 */
final class NativeEnvironment {

  private static final int TRIM_THRESHOLD = -1; // malloc.h
  private static final int TOP_PAD = -2;
  private static final int MMAP_THRESHOLD = -3;
  private static final int LARGEST_MMAP_THRESHOLD = 32 << 20; // more is refused by older libraries
  private static final int PIECE = 64 << 20; // in which the heaps of threads grow
  private static final int NEVER = Integer.MAX_VALUE;

  private NativeEnvironment() {}

  /**
   * OpenMP's threads spin while they wait for each other. On a machine with other load, or under a
   * quota of CPU time, the spinning takes the cores from those that are waited for: a forward
   * becomes several times slower than with passive waiting. What they may still spin, some tens of
   * microseconds, is about the time between two layers, which is too short to sleep and wake in.
   */
  static void waitPassively() {
    setDefault("OMP_WAIT_POLICY", "PASSIVE");
    setDefault("GOMP_SPINCOUNT", "3000");
  }

  /**
   * Layers' outputs are some megabytes each. The C library would take such blocks from the system
   * and give them back in every forward, and the system clears every page anew: seen to cost 6 ms
   * of 100. Now they stay with the process; {@link #releaseFreeMemory} gives them back.
   */
  static void keepFreedMemory() {
    if (hasGlibc()) {
      NativeLibrary c = NativeLibrary.getInstance("c");
      c.getFunction("mallopt").invokeInt(new Object[] {MMAP_THRESHOLD, LARGEST_MMAP_THRESHOLD});
      c.getFunction("mallopt").invokeInt(new Object[] {TRIM_THRESHOLD, NEVER});
      // a thread's heap gives its last piece back all the same, unless this much must stay free
      c.getFunction("mallopt").invokeInt(new Object[] {TOP_PAD, PIECE});
    }
  }

  /** Has libtorch ask for huge pages for weights and layers' outputs: fewer misses of the TLB. */
  static void useHugePages() {
    setDefault("THP_MEM_ALLOC_ENABLE", "1");
  }

  /** Gives every free page of the native heap back to the system. */
  static void releaseFreeMemory() {
    if (hasGlibc()) {
      NativeLibrary.getInstance("c").getFunction("malloc_trim").invokeInt(new Object[] {0L});
    }
  }

  /** A C library without these functions has none of that heap's habits either. */
  private static boolean hasGlibc() {
    if (!Platform.isLinux()) {
      return false;
    }
    try {
      NativeLibrary.getInstance("c").getFunction("malloc_trim");
      return true;
    } catch (UnsatisfiedLinkError e) {
      return false;
    }
  }

  /** Sets what the user has not set. Does nothing where there is no {@code setenv}. */
  private static void setDefault(String name, String value) {
    if (System.getenv(name) == null && (Platform.isLinux() || Platform.isMac())) {
      NativeLibrary.getInstance("c").getFunction("setenv").invokeInt(new Object[] {name, value, 0});
    }
  }
}
