package io.github.vanillanet.train.pipeline;

import static io.github.vanillanet.base.error.ErrorCode.CONFLICT;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.train.jobs.Job;
import io.github.vanillanet.train.jobs.JobRunner;
import io.github.vanillanet.train.jobs.Timer;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The uploads of dry runs. Each is moved to the training that a client starts from the dry run, or
 * deleted an hour after the dry run has ended. Thread-safe.
 */
public final class DryRuns {

  private static final Logger LOG = System.getLogger(DryRuns.class.getName());
  private static final Duration KEPT = Duration.ofHours(1);

  private final JobRunner jobs;
  private final Timer timer;
  private final Clock clock;

  public DryRuns(JobRunner jobs, Timer timer, Clock clock) {
    this.jobs = jobs;
    this.timer = timer;
    this.clock = clock;
  }

  /** Watches the dry runs of an earlier service process. */
  public void start() {
    jobs.list().stream()
        .filter(job -> JobSpec.isDryRun(job.spec()) && Files.exists(upload(job.id())))
        .forEach(job -> expire(job.id()));
  }

  /** Deletes the upload of a dry run once its time is over. */
  public void watch(Job dryRun) {
    timer.after(KEPT, () -> expire(dryRun.id()));
  }

  /**
   * Moves the upload of a dry run, and what it has unpacked, to the folder of another job.
   *
   * @throws ServiceException {@code CONFLICT} if the upload was moved before or is deleted
   */
  public synchronized void move(String id, Path target) throws IOException {
    if (!Files.exists(upload(id))) {
      throw CONFLICT.error(
          "from: the data of dry run %s is deleted or was used by another training; upload it"
              + " again",
          id);
    }
    if (Files.exists(unpacked(id))) {
      Files.move(unpacked(id), target.resolve(TrainingData.UNPACKED));
    }
    Files.move(upload(id), target.resolve(JobSpec.ARCHIVE));
  }

  private synchronized void expire(String id) {
    try {
      Job job = jobs.find(id);
      Instant end = job.status().finished().orElse(clock.instant());
      Duration left = Duration.between(clock.instant(), end.plus(KEPT));
      if (!job.state().ended() || left.compareTo(Duration.ZERO) > 0) {
        timer.after(left, () -> expire(id));
        return;
      }
      for (Path path : List.of(unpacked(id), upload(id))) {
        FolderTree.delete(path);
      }
      LOG.log(Level.INFO, "job {0}: the data of the dry run is deleted", id);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "job {0}: deleting its data failed: {1}", id, e);
    } catch (ServiceException e) {
      if (e.code() != ErrorCode.JOB_NOT_FOUND) { // the job is deleted
        LOG.log(Level.WARNING, "job {0}: deleting its data failed: {1}", id, e.getMessage());
      }
    }
  }

  private Path upload(String id) {
    return jobs.folder(id).path().resolve(JobSpec.ARCHIVE);
  }

  private Path unpacked(String id) {
    return jobs.folder(id).path().resolve(TrainingData.UNPACKED);
  }
}
