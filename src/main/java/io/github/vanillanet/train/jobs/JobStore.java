package io.github.vanillanet.train.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * All jobs, each in a folder {@code <root>/<id>/}. What it says is what stands on disk. Any thread
 * may read; of the writers, {@link JobRunner} sees to it that there is one at a time.
 */
public final class JobStore {

  private static final Pattern ID = Pattern.compile("[0-9]{8}-[0-9]{6}-[0-9a-f]{6}");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);
  private static final int RANDOM_DIGITS = 6;

  private final Path root;
  private final Clock clock;
  private final JobObserver observer;

  /**
   * @param root need not exist yet
   * @param observer is told of each end once it is written
   */
  public JobStore(Path root, Clock clock, JobObserver observer) {
    this.root = root.toAbsolutePath();
    this.clock = clock;
    this.observer = observer;
  }

  /** Puts further files into the folder of a job that nobody sees yet. */
  @FunctionalInterface
  public interface Attachment {
    void addTo(Path folder) throws IOException;

    /** No further files. */
    static Attachment none() {
      return folder -> {};
    }
  }

  /**
   * Makes a job that waits. It appears in one step.
   *
   * @throws ServiceException {@code BAD_CONFIGURATION} if the disk refuses
   */
  Job create(JsonNode spec, Attachment attachment) {
    Instant now = clock.instant();
    String random = UUID.randomUUID().toString().substring(0, RANDOM_DIGITS);
    String id = TIME.format(now) + "-" + random;
    try {
      Path temporary = Files.createDirectories(root.resolve(".creating-" + id));
      JobFolder folder = new JobFolder(temporary);
      folder.writeSpec(spec);
      folder.writeStatus(JobStatus.queued(now));
      attachment.addTo(temporary);
      Files.move(temporary, root.resolve(id));
      DurableFiles.forceFolder(root);
      return find(id);
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /** All jobs, oldest first. A folder that is no job is passed over. */
  public List<Job> list() {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(root)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(ID.asMatchPredicate())
          .flatMap(id -> lookUp(id).stream())
          .sorted(Comparator.comparing(Job::created).thenComparing(Job::id))
          .toList();
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /**
   * @throws ServiceException {@code JOB_NOT_FOUND} if there is none
   */
  public Job find(String id) {
    return (ID.matcher(id).matches() ? lookUp(id) : Optional.<Job>empty())
        .orElseThrow(
            () ->
                new ServiceException(
                    ErrorCode.JOB_NOT_FOUND, "there is no job '%s'".formatted(id)));
  }

  private Optional<Job> lookUp(String id) {
    JobFolder folder = folderOf(id);
    try {
      Optional<JobStatus> status = folder.readStatus();
      if (status.isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(
          Job.of(
              id, status.get(), folder.readSpec(), folder.progress().last(), folder.readOutcome()));
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /**
   * The files of a job.
   *
   * @throws ServiceException {@code JOB_NOT_FOUND} if there is none
   */
  public JobFolder folder(String id) {
    find(id);
    return folderOf(id);
  }

  private JobFolder folderOf(String id) {
    return new JobFolder(root.resolve(id));
  }

  /** What the service knows of a job that is there. */
  JobStatus status(String id) {
    try {
      return folderOf(id)
          .readStatus()
          .orElseThrow(
              () -> new ServiceException(ErrorCode.JOB_NOT_FOUND, "job %s is gone".formatted(id)));
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  void write(String id, JobStatus status) {
    try {
      folderOf(id).writeStatus(status);
    } catch (IOException e) {
      throw unusable(e);
    }
    if (status.state().ended()) {
      observer.ended(status.state(), status.time());
    }
  }

  private ServiceException unusable(IOException e) {
    return new ServiceException(
        ErrorCode.BAD_CONFIGURATION,
        "the folder of the jobs, %s, cannot be used: %s".formatted(root, e),
        e);
  }
}
