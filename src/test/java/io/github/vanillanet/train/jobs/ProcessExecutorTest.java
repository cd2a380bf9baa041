package io.github.vanillanet.train.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Uses real processes, which take about a second each. */
@Timeout(120)
class ProcessExecutorTest {

  @TempDir Path path;

  static List<String> childCommand(Path folder) {
    return command(TinyChild.class, folder);
  }

  private static List<String> command(Class<?> main, Path folder) {
    List<String> line =
        new ArrayList<>(
            ChildCommand.of("64m", Path.of("none.jar")).line(folder).stream()
                .takeWhile(word -> !word.equals("-jar"))
                .toList());
    line.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
    line.addAll(List.of(main.getName(), folder.toString()));
    return line;
  }

  private JobFolder job(String act) throws Exception {
    JobFolder folder = new JobFolder(path);
    folder.writeSpec(JsonNodeFactory.instance.objectNode().put("act", act));
    return folder;
  }

  @Test
  void theOutcomeOfAProcessIsRead() throws Exception {
    JobFolder folder = job("publish");

    JobRun run = new ProcessExecutor(ProcessExecutorTest::childCommand).start(folder);

    assertThat(run.ended().get()).isEqualTo(RunEnd.exit(0));
    Outcome outcome = folder.readOutcome().orElseThrow();
    assertThat(outcome.version()).hasValue(7);
    assertThat(outcome.accuracy()).hasValue(0.5);
    assertThat(folder.progress().last()).isPresent();
  }

  @Test
  void aCrashLeavesAnExitCodeAndAStackTraceInTheLog() throws Exception {
    JobFolder folder = job("crash");

    JobRun run = new ProcessExecutor(ProcessExecutorTest::childCommand).start(folder);

    assertThat(run.ended().get()).isEqualTo(RunEnd.exit(1));
    assertThat(Files.readString(folder.log())).contains("the disk is full");
    assertThat(folder.readOutcome()).isEmpty();
  }

  @Test
  void aProcessThatAnotherServiceStartedIsFoundByItsLockAndStopped() throws Exception {
    JobFolder folder = job("work");
    ProcessExecutor executor = new ProcessExecutor(ProcessExecutorTest::childCommand);
    assertThat(executor.find(folder)).isEmpty();
    JobRun run = executor.start(folder);
    awaitProgress(folder);

    JobRun found = executor.find(folder).orElseThrow();
    folder.requestStop();

    assertThat(found.ended().get()).isEqualTo(RunEnd.unknown());
    assertThat(run.ended().get()).isEqualTo(RunEnd.exit(JobSession.STOPPED));
    assertThat(executor.find(folder)).isEmpty();
  }

  @Test
  void aSignalLeavesACheckpointAndTheSameJobContinuesFromIt() throws Exception {
    JobFolder folder = job("resume");
    ProcessExecutor executor = new ProcessExecutor(ProcessExecutorTest::childCommand);
    JobRun first = executor.start(folder);
    awaitFile(folder, TinyChild.READY);

    first.terminate();

    assertThat(first.ended().get()).isEqualTo(RunEnd.exit(143));
    assertThat(folder.checkpoints().resolve("last")).hasContent("weights");
    assertThat(folder.readOutcome()).isEmpty();
    assertThat(executor.start(folder).ended().get()).isEqualTo(RunEnd.exit(0));
    assertThat(folder.readOutcome()).isPresent();
  }

  @Test
  void killingAFoundProcessReleasesItsLock() throws Exception {
    JobFolder folder = job("work");
    ProcessExecutor executor = new ProcessExecutor(ProcessExecutorTest::childCommand);
    JobRun run = executor.start(folder);
    awaitProgress(folder);

    executor.find(folder).orElseThrow().kill();

    assertThat(run.ended().get()).isEqualTo(RunEnd.exit(137));
    assertThat(folder.isLocked()).isFalse();
  }

  @Test
  void aProcessWhoseParentIsKilledStopsByItself() throws Exception {
    JobFolder folder = job("work");
    Process parent = new ProcessBuilder(command(TinyParent.class, path)).start();
    awaitProgress(folder);
    JobRun orphan =
        new ProcessExecutor(ProcessExecutorTest::childCommand).find(folder).orElseThrow();

    parent.destroyForcibly().waitFor();

    assertThat(orphan.ended().get()).isEqualTo(RunEnd.unknown());
    assertThat(folder.stopRequested()).isFalse();
    assertThat(folder.isLocked()).isFalse();
  }

  @Test
  void theCommandLineHasTheJavaAndTheJarOfTheServiceAndASeparateHeap() {
    List<String> line =
        new ChildCommand(
                Optional.of(Path.of("/usr/bin/nice")),
                Path.of("/jdk/bin/java"),
                "2g",
                Path.of("/app/quarkus-run.jar"))
            .line(Path.of("/jobs/1"));

    assertThat(line)
        .startsWith("/usr/bin/nice", "-n", "10", "/jdk/bin/java", "-Xmx2g")
        .endsWith("-jar", "/app/quarkus-run.jar", "train", "--job", "/jobs/1");
  }

  /** The process takes the lock before its first progress. */
  private static void awaitProgress(JobFolder folder) throws Exception {
    awaitFile(folder, "progress.jsonl");
  }

  private static void awaitFile(JobFolder folder, String name) throws Exception {
    try (WatchService watch = FileSystems.getDefault().newWatchService()) {
      folder.path().register(watch, StandardWatchEventKinds.ENTRY_CREATE);
      while (!Files.exists(folder.path().resolve(name))) {
        watch.poll(1, TimeUnit.MINUTES).reset();
      }
    }
  }
}
