package io.github.vanillanet.train.jobs;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.util.List;

/** A job as somebody watches it, from its first line of progress to its end. For one thread. */
public final class JobFeed {

  private final JobRunner jobs;
  private final String id;
  private final ProgressTail tail;

  /**
   * @throws ServiceException {@code JOB_NOT_FOUND} if there is no such job
   */
  public JobFeed(JobRunner jobs, String id) {
    this.jobs = jobs;
    this.id = id;
    this.tail = jobs.folder(id).progress().tail();
  }

  /**
   * What is new.
   *
   * @param job as it stood before {@code progress} was read: if it had ended, this is all
   */
  public record News(Job job, List<Progress> progress) {

    public boolean last() {
      return job.state().ended();
    }
  }

  /** What is new since the call before. */
  public News next() {
    Job job = jobs.find(id);
    try {
      return new News(job, tail.next());
    } catch (IOException e) {
      throw new ServiceException(
          ErrorCode.BAD_CONFIGURATION,
          "the progress of job %s cannot be read: %s".formatted(id, e),
          e);
    }
  }
}
