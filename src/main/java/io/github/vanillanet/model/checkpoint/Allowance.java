package io.github.vanillanet.model.checkpoint;

/**
 * A bound on the memory for reading one file. Each allocation whose size a file's header declares
 * is charged to an allowance first, because headers may be wrong. Not thread-safe.
 */
final class Allowance {

  private static final long BASE = 64L << 20;
  private static final long PER_FILE_BYTE = 4;

  private final String what;
  private final long limit;
  private final String reason;
  private long taken;

  private Allowance(String what, long limit, String reason) {
    this.what = what;
    this.limit = limit;
    this.reason = reason;
  }

  /** {@code limit} bytes for files of any size. */
  static Allowance fixed(String what, long limit) {
    return new Allowance(what, limit, "");
  }

  /** 64 MiB plus four times the file's actual size. */
  static Allowance forFile(String what, long fileSize) {
    return new Allowance(
        what, BASE + PER_FILE_BYTE * fileSize, " for a file of %d".formatted(fileSize));
  }

  void take(long bytes) {
    if (bytes > limit - taken) {
      throw Rejection.of(
          "expected %s to take at most %d bytes%s, found %d after %d",
          what, limit, reason, bytes, taken);
    }
    taken += bytes;
  }
}
