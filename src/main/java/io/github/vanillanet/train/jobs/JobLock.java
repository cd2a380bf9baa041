package io.github.vanillanet.train.jobs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * The operating system's lock on a job. The job's process holds it and loses it when it ends in any
 * way, so every other process can see whether it is alive. The file names the holder.
 */
record JobLock(Path file, FileChannel channel) implements AutoCloseable {

  /** {@link #isHeld} takes the lock for a moment, so one failed attempt proves nothing. */
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private static final Duration RETRY = Duration.ofMillis(20);

  static Optional<JobLock> take(Path file, String holder) {
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      boolean taken = false;
      try {
        taken = retryLock(channel);
        if (!taken) {
          return Optional.empty();
        }
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.UTF_8)), 0);
        channel.force(true);
        return Optional.of(new JobLock(file, channel));
      } finally {
        if (!taken) {
          channel.close();
        }
      }
    } catch (IOException e) {
      throw JobFile.unusable(file, e);
    }
  }

  private static boolean retryLock(FileChannel channel) throws IOException {
    long until = System.nanoTime() + TIMEOUT.toNanos();
    while (!tryLock(channel)) {
      if (System.nanoTime() >= until || Thread.currentThread().isInterrupted()) {
        return false;
      }
      LockSupport.parkNanos(RETRY.toNanos());
    }
    return true;
  }

  /**
   * Returns whether another process holds the lock. The holder must not call this: closing any
   * channel of a file releases all locks that the process holds on it.
   */
  static boolean isHeld(Path file) {
    if (!Files.exists(file)) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      return !tryLock(channel); // closing the channel releases the lock
    } catch (IOException e) {
      throw JobFile.unusable(file, e);
    }
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // this process holds it
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw JobFile.unusable(file, e);
    }
  }
}
