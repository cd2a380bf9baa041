package io.github.vanillanet.train.jobs;

import static io.github.vanillanet.base.error.ErrorCode.JOB_NOT_FOUND;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.DurableFiles;
import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.base.files.Leftovers;
import io.github.vanillanet.base.files.OwnedName;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/**
 * All jobs, each in a folder {@code <root>/<id>/}. Nothing is kept in memory. Any thread may read;
 * {@link JobRunner} serializes the writes. Methods throw {@link ServiceException} {@code
 * JOB_NOT_FOUND} if there is no job with the id.
 *
 * @param root need not exist yet
 * @param onEnd called after the end of a job is recorded, with the duration of its last process
 */
public record JobStore(Path root, Clock clock, BiConsumer<JobState, Duration> onEnd) {

  private static final Logger LOG = System.getLogger(JobStore.class.getName());
  private static final Pattern ID = Pattern.compile("[0-9]{8}-[0-9]{6}-[0-9a-f]{6}");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);
  private static final int RANDOM_DIGITS = 6;
  private static final String CREATING = ".creating-";
  private static final String DELETING = ".deleting-";

  public JobStore {
    root = root.toAbsolutePath();
  }

  /**
   * Creates a queued job atomically.
   *
   * @param attachment adds files to the folder of the job before the job is visible
   */
  Job create(JsonNode spec, DurableFiles.Content attachment) {
    Instant now = clock.instant();
    String random = UUID.randomUUID().toString().substring(0, RANDOM_DIGITS);
    String id = TIME.format(now) + "-" + random;
    Path temporary = root.resolve(CREATING + OwnedName.next());
    try {
      try {
        JobFolder folder = new JobFolder(Files.createDirectories(temporary));
        folder.writeSpec(spec);
        folder.writeStatus(JobStatus.queued(now));
        attachment.writeTo(temporary);
        Files.move(temporary, root.resolve(id));
        DurableFiles.forceFolder(root);
      } finally {
        FolderTree.delete(temporary); // exists only after a failure
      }
      return find(id);
    } catch (IOException e) {
      throw JobFile.unusable(root, e);
    }
  }

  /** Deletes what killed processes left, as far as the folder can be written. */
  void deleteLeftovers() {
    try {
      if (Files.isDirectory(root)) {
        Leftovers.delete(root);
        for (Job job : list()) {
          Leftovers.delete(root.resolve(job.id()));
        }
      }
    } catch (IOException | ServiceException e) {
      LOG.log(Level.WARNING, "{0} is not cleaned up: {1}", root, e.getMessage());
    }
  }

  /** All jobs, oldest first. Skips folders that are not jobs. */
  public List<Job> list() {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try {
      return FolderTree.entries(root).stream()
          .flatMap(entry -> lookUp(entry.getFileName().toString()).stream())
          .sorted(Comparator.comparing((Job job) -> job.status().created()).thenComparing(Job::id))
          .toList();
    } catch (IOException e) {
      throw JobFile.unusable(root, e);
    }
  }

  public Job find(String id) {
    return lookUp(id).orElseThrow(() -> notFound(id));
  }

  /** The status of a job that existed, without its other files. */
  JobStatus status(String id) {
    return new JobFolder(root.resolve(id)).readStatus().orElseThrow(() -> notFound(id));
  }

  private static ServiceException notFound(String id) {
    return JOB_NOT_FOUND.error("there is no job '%s'", id);
  }

  private Optional<Job> lookUp(String id) {
    if (!ID.matcher(id).matches()) {
      return Optional.empty();
    }
    JobFolder folder = new JobFolder(root.resolve(id));
    return folder
        .readStatus()
        .map(
            status ->
                new Job(
                    id, status, folder.readSpec(), folder.progress().last(), folder.readOutcome()));
  }

  public JobFolder folder(String id) {
    return new JobFolder(root.resolve(find(id).id()));
  }

  /** Deletes a job and its files. It disappears in one step. */
  void delete(String id) {
    Path hidden = root.resolve(DELETING + id);
    try {
      Files.move(root.resolve(id), hidden, StandardCopyOption.ATOMIC_MOVE);
      FolderTree.delete(hidden);
    } catch (IOException e) {
      throw JobFile.unusable(root.resolve(id), e);
    }
  }

  /** Deletes what a process left behind that ended while it deleted a job. */
  void finishDeletions() {
    if (!Files.isDirectory(root)) {
      return;
    }
    try {
      for (Path entry : FolderTree.entries(root)) {
        if (entry.getFileName().toString().startsWith(DELETING)) {
          FolderTree.delete(entry);
        }
      }
    } catch (IOException e) {
      throw JobFile.unusable(root, e);
    }
  }

  void write(String id, JobStatus status) {
    new JobFolder(root.resolve(id)).writeStatus(status);
    if (status.state().ended()) {
      onEnd.accept(status.state(), status.time());
    }
  }
}
