package io.github.vanillanet.model.engine;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;

/**
 * Settings of the C library: environment variables that native libraries read when they are loaded,
 * and the native heap. The JVM itself cannot change its environment.
 */
final class NativeEnvironment {

  private static final int M_TRIM_THRESHOLD = -1; // malloc.h
  private static final int M_TOP_PAD = -2;
  private static final int M_MMAP_THRESHOLD = -3;
  private static final int MAX_MMAP_THRESHOLD = 32 << 20; // older libraries reject more
  private static final int HEAP_STEP = 64 << 20;

  private NativeEnvironment() {}

  /**
   * Makes idle OpenMP threads sleep instead of spin. Under other load or a CPU quota, spinning
   * threads take the cores from the working ones, and a forward becomes several times slower. A
   * short spin remains, about the time between two layers: too short to sleep and wake.
   */
  static void waitPassively() {
    setDefault("OMP_WAIT_POLICY", "PASSIVE");
    setDefault("GOMP_SPINCOUNT", "3000");
  }

  /**
   * Keeps freed memory in the process. By default the C library returns blocks of a layer's size to
   * the system, which clears each page anew in every forward: measured at 6 ms of 100.
   */
  static void keepFreedMemory() {
    if (hasGlibc()) {
      mallopt(M_MMAP_THRESHOLD, MAX_MMAP_THRESHOLD);
      mallopt(M_TRIM_THRESHOLD, Integer.MAX_VALUE);
      mallopt(M_TOP_PAD, HEAP_STEP); // without it, heaps of threads are still trimmed
    }
  }

  /** Lets libtorch use huge pages for weights and layers' outputs: fewer TLB misses. */
  static void useHugePages() {
    setDefault("THP_MEM_ALLOC_ENABLE", "1");
  }

  /** Returns all free pages of the native heap to the system. */
  static void releaseFreeMemory() {
    if (hasGlibc()) {
      c().getFunction("malloc_trim").invokeInt(new Object[] {0L});
    }
  }

  private static void mallopt(int parameter, int value) {
    c().getFunction("mallopt").invokeInt(new Object[] {parameter, value});
  }

  private static NativeLibrary c() {
    return NativeLibrary.getInstance("c");
  }

  /** Other C libraries have neither these functions nor these defaults. */
  private static boolean hasGlibc() {
    if (!Platform.isLinux()) {
      return false;
    }
    try {
      c().getFunction("malloc_trim");
      return true;
    } catch (UnsatisfiedLinkError e) {
      return false;
    }
  }

  /** Sets a variable that the user has not set. Does nothing on Windows, which lacks setenv. */
  private static void setDefault(String name, String value) {
    if (System.getenv(name) == null && (Platform.isLinux() || Platform.isMac())) {
      c().getFunction("setenv").invokeInt(new Object[] {name, value, 0});
    }
  }
}
