package io.github.vanillanet.base.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Names of temporary files that identify the process that wrote them. A name is a UUID: 64 bits of
 * the machine's boot and process namespace, 24 bits of the process, and 40 random bits. A process
 * of the same namespace can therefore see that the writer has ended. Other machines cannot, so they
 * delete such files only when they are old.
 */
public final class OwnedName {

  /** A name as a regular expression. */
  public static final String PATTERN = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";

  private static final int RANDOM_BITS = 40;
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Path NAMESPACE = Path.of("/proc/self/ns/pid");

  private OwnedName() {}

  /** A new name of this process. */
  public static String next() {
    Optional<Long> space = processSpace();
    if (space.isEmpty()) {
      return UUID.randomUUID().toString();
    }
    long random = ThreadLocalRandom.current().nextLong(1L << RANDOM_BITS);
    return new UUID(space.get(), ProcessHandle.current().pid() << RANDOM_BITS | random).toString();
  }

  /** Returns whether the process that made a name is known to have ended. */
  public static boolean isOrphaned(String name) {
    UUID id = UUID.fromString(name);
    long process = id.getLeastSignificantBits() >>> RANDOM_BITS;
    return processSpace().equals(Optional.of(id.getMostSignificantBits()))
        && ProcessHandle.of(process).isEmpty();
  }

  /** Identifies the namespace in which a process number has a meaning. Known on Linux only. */
  private static Optional<Long> processSpace() {
    try {
      String space = Files.readString(BOOT) + Files.readSymbolicLink(NAMESPACE);
      UUID hash = UUID.nameUUIDFromBytes(space.getBytes(StandardCharsets.UTF_8));
      return Optional.of(hash.getMostSignificantBits());
    } catch (IOException | UnsupportedOperationException e) {
      return Optional.empty();
    }
  }
}
