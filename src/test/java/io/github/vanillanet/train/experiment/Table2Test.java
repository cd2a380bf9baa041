package io.github.vanillanet.train.experiment;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.json.RecordJson;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.train.jobs.JobFolder;
import io.github.vanillanet.train.jobs.JobSession;
import io.github.vanillanet.train.jobs.Progress;
import io.github.vanillanet.train.pipeline.MeasuredRuns;
import io.github.vanillanet.train.pipeline.PaintedDataset;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Table2Test {

  private static final long HOUR = 3600;

  @TempDir Path folder;

  @Test
  void underTenMinutesPerRunAreRefused() {
    assertThatThrownBy(() -> new Table2.Request("photos", 3, 3 * HOUR - 1))
        .has(code(ErrorCode.BAD_CONFIGURATION));
    assertThatThrownBy(() -> new Table2.Request("photos", 0, 3 * HOUR))
        .has(code(ErrorCode.BAD_CONFIGURATION));
    assertThat(new Table2.Request("photos", 3, 3 * HOUR).each()).isEqualTo(Table2.LEAST_RUN);
  }

  @Test
  void anInterruptedExperimentContinuesAndTrainsEveryConfiguration() throws IOException {
    Path data = PaintedDataset.write(folder.resolve("data"), 20, false);
    Table2.Request request = new Table2.Request(data.toString(), 1, HOUR);
    Path job = folder.resolve("job");
    small(job, request);
    List<String> log = new ArrayList<>();

    Optional<Table2.Report> stopped =
        table2(data, line -> stopAfterFirstEpoch(job, line), log::add).run(job, request);
    assertThat(stopped).isEmpty();
    Files.delete(job.resolve("series-0").resolve("stop"));
    Table2.Report report = table2(data, line -> {}, log::add).run(job, request).orElseThrow();

    assertThat(report.results().runs())
        .extracting(Results.Run::configuration)
        .containsExactly(Configuration.values());
    assertThat(report.results().runs()).allMatch(run -> run.accuracy() > 40);
    assertThat(log.stream().filter("run plain-0"::equals)).hasSize(1);
    assertThat(log.stream().filter("run series-0"::equals)).hasSize(2);
    assertThat(job.resolve("table.md")).content().isEqualTo(report.text());
    assertThat(table2(data, line -> {}, line -> {}).run(job, request)).contains(report);
    assertThatThrownBy(
            () ->
                table2(data, line -> {}, line -> {})
                    .run(job, new Table2.Request(data.toString(), 2, 2 * HOUR)))
        .has(code(ErrorCode.CONFLICT));
  }

  /** Chooses a size that trains within seconds. */
  private static void small(Path job, Table2.Request request) {
    try (JobSession session = JobSession.open(job, RecordJson.<ObjectNode>tree(request))) {
      session
          .folder()
          .results()
          .writeReport(
              new Table2.Report(new RunSize(32, 1.0 / 64, 6), 60, 15, new Results(List.of())));
    }
  }

  private static void stopAfterFirstEpoch(Path job, Progress line) {
    Path run = job.resolve("series-0");
    if (line.epoch() == 1 && new JobFolder(run).hasCheckpoint()) {
      try {
        Files.writeString(run.resolve("stop"), "");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static Table2 table2(Path data, Consumer<Progress> progress, Consumer<String> log) {
    MeasuredRuns runs =
        MeasuredRuns.of(data, TorchRuntime.load(), Device.CPU, 1, new ImageDecoder(1_000_000));
    return new Table2(runs, progress, log);
  }
}
