package io.github.vanillanet.train.jobs;

import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Runs each job in a child process. Appends its output to the job's log.
 *
 * @param command returns the command line for the job in a folder
 */
public record ProcessExecutor(Function<Path, List<String>> command) implements JobExecutor {

  private static final Duration POLL_INTERVAL = Duration.ofMillis(500);

  @Override
  public JobRun start(JobFolder folder) throws IOException {
    folder.writeParent(ProcessIdentity.of(ProcessHandle.current()));
    Process process =
        new ProcessBuilder(command.apply(folder.path()))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.log().toFile()))
            .start();
    process.getOutputStream().close(); // the process reads no input
    return new OfHandle(
        Optional.of(process.toHandle()),
        process.onExit().thenApply(ended -> RunEnd.exit(ended.exitValue())));
  }

  /** The lock shows that the process is alive; its content identifies the process. */
  @Override
  public Optional<JobRun> find(JobFolder folder) {
    if (!folder.isLocked()) {
      return Optional.empty();
    }
    Optional<ProcessHandle> holder = folder.lockHolder().flatMap(ProcessIdentity::find);
    return Optional.of(new OfHandle(holder, unlocked(folder).thenApply(done -> RunEnd.unknown())));
  }

  /** Polls, because the operating system reports the end of a process to its parent only. */
  private static CompletableFuture<Void> unlocked(JobFolder folder) {
    return CompletableFuture.supplyAsync(
            () -> stillLocked(folder),
            CompletableFuture.delayedExecutor(POLL_INTERVAL.toMillis(), TimeUnit.MILLISECONDS))
        .thenCompose(
            locked -> locked ? unlocked(folder) : CompletableFuture.<Void>completedFuture(null));
  }

  private static boolean stillLocked(JobFolder folder) {
    try {
      return folder.isLocked();
    } catch (ServiceException e) {
      return false; // the folder was deleted
    }
  }

  /** A process of this machine. Without a handle, only the stop file can end it. */
  record OfHandle(Optional<ProcessHandle> process, CompletableFuture<RunEnd> ended)
      implements JobRun {

    @Override
    public void terminate() {
      process.ifPresent(ProcessHandle::destroy);
    }

    @Override
    public void kill() {
      process.ifPresent(ProcessHandle::destroyForcibly);
    }
  }
}
