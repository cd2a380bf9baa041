package io.github.vanillanet.train.jobs;

import io.github.vanillanet.base.error.ServiceException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/**
 * Which ended jobs stay on disk. Other jobs always stay.
 *
 * @param most ended jobs; the ones that ended last stay
 * @param time since the end of a job
 */
public record Retention(int most, Duration time) {

  private static final Logger LOG = System.getLogger(Retention.class.getName());

  /**
   * Deletes the other jobs.
   *
   * @param delete receives the id of each; a failure is logged
   */
  void apply(List<Job> jobs, Instant now, Consumer<String> delete) {
    List<Job> ended =
        jobs.stream()
            .filter(job -> job.state().ended())
            .sorted((a, b) -> end(b).compareTo(end(a)))
            .toList();
    for (int i = 0; i < ended.size(); i++) {
      Job job = ended.get(i);
      if (i >= most || end(job).plus(time).isBefore(now)) {
        try {
          delete.accept(job.id());
        } catch (ServiceException e) {
          LOG.log(Level.WARNING, "job {0} cannot be deleted: {1}", job.id(), e.getMessage());
        }
      }
    }
  }

  private static Instant end(Job job) {
    return job.status().finished().orElse(job.status().created());
  }
}
