package io.github.vanillanet.train.jobs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * The operating system's lock on a job, held by the process that works on it: it goes with the
 * process however that ends, so whether the process is alive can be told without having started it.
 * The file's content names the process.
 */
public final class JobLock implements AutoCloseable {

  /** Whoever looks whether the lock is held holds it for a moment. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Duration RETRY = Duration.ofMillis(20);

  private final FileChannel channel;

  private JobLock(FileChannel channel) {
    this.channel = channel;
  }

  /** Takes the lock; empty if another process works on the job. */
  static Optional<JobLock> hold(Path file, String holder) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean held = false;
    try {
      long until = System.nanoTime() + PATIENCE.toNanos();
      held = tryLock(channel);
      while (!held && System.nanoTime() < until && !Thread.currentThread().isInterrupted()) {
        LockSupport.parkNanos(RETRY.toNanos());
        held = tryLock(channel);
      }
      if (!held) {
        return Optional.empty();
      }
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.UTF_8)), 0);
      channel.force(true);
      return Optional.of(new JobLock(channel));
    } finally {
      if (!held) {
        channel.close();
      }
    }
  }

  /** True if some process, this one included, holds the lock. */
  static boolean held(Path file) throws IOException {
    if (!Files.exists(file)) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      return !tryLock(channel); // closing the channel gives the lock back
    }
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // held by this very process
    }
  }

  /** Gives the lock back. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
