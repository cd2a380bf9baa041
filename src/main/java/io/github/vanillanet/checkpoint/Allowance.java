package io.github.vanillanet.checkpoint;

/**
 * A bound on what reading one file may take. Not thread-safe.
 *
 * <p>Headers lie; every allocation that a header asks for is taken from an allowance first.
 */
final class Allowance {

  private static final long BASE = 64L << 20;
  private static final long PER_FILE_BYTE = 4;

  private final String what;
  private final String reason;
  private long left;

  private Allowance(String what, long limit, String reason) {
    this.what = what;
    this.left = limit;
    this.reason = reason;
  }

  /** {@code limit} bytes, whatever the file's size. */
  static Allowance fixed(String what, long limit) {
    return new Allowance(what, limit, limit + " bytes");
  }

  /** 64 MiB plus four times the file's real size. */
  static Allowance forFile(String what, long fileSize) {
    long limit = BASE + PER_FILE_BYTE * fileSize;
    return new Allowance(what, limit, "%d bytes for a file of %d bytes".formatted(limit, fileSize));
  }

  void take(long bytes) {
    if (bytes > left) {
      throw Refusal.of("%s would take more than the allowed %s", what, reason);
    }
    left -= bytes;
  }
}
