package io.github.vanillanet.train.pipeline;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.train.dataset.ArchiveLimits;
import io.github.vanillanet.train.dataset.ImageFolder;
import io.github.vanillanet.train.dataset.UploadedArchive;
import io.github.vanillanet.train.dataset.ValidationRule;
import io.github.vanillanet.train.jobs.JobFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The data of a job: a folder, or an archive that is unpacked once.
 *
 * @param folder of the job
 * @param threads that decode images
 */
record TrainingData(JobSpec job, JobFolder folder, ImageDecoder decoder, int threads) {

  /** Name of the unpacked archive in the job's folder. */
  static final String UNPACKED = "data";

  private static final int MAX_COMPRESSION_RATIO = 200;

  /**
   * Scans the data.
   *
   * @param log receives every finding, with all files that it concerns, as a warning or an error
   */
  ImageFolder scan(ValidationRule rule, Consumer<String> log) throws IOException {
    ImageFolder data = ImageFolder.scan(root(), rule, decoder, threads);
    data.findings()
        .forEach(
            finding ->
                log.accept((finding.kind().fatal() ? "error: " : "warning: ") + finding.inFull()));
    return data;
  }

  private Path root() throws IOException {
    Optional<Path> archive = job.archiveIn(folder);
    if (archive.isEmpty()) {
      return job.data()
          .map(Path::of)
          .orElseThrow(() -> INVALID_REQUEST.error("data: expected a folder or an archive"));
    }
    Path unpacked = folder.path().resolve(UNPACKED);
    if (!Files.isDirectory(unpacked)) {
      new UploadedArchive(
              new ArchiveLimits(job.archiveFiles(), job.archiveBytes(), MAX_COMPRESSION_RATIO))
          .unpack(archive.get(), unpacked);
    }
    return unpacked;
  }
}
