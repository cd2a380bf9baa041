package io.github.vanillanet.train.jobs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Starts no processes. The test ends the runs. */
final class FakeExecutor implements JobExecutor {

  final List<Run> started = new ArrayList<>();
  final Map<String, Run> leftBehind = new HashMap<>();

  static final class Run implements JobRun {
    final JobFolder folder;
    final CompletableFuture<RunEnd> ended = new CompletableFuture<>();
    final List<String> orders = new ArrayList<>();
    Optional<String> obstacle = Optional.empty();
    boolean outlivesItsService;

    Run(JobFolder folder) {
      this.folder = folder;
    }

    String id() {
      return folder.path().getFileName().toString();
    }

    void exit(int code) {
      ended.complete(RunEnd.exit(code));
    }

    void finish(Outcome outcome) throws IOException {
      folder.writeOutcome(outcome);
      exit(0);
    }

    @Override
    public CompletableFuture<RunEnd> ended() {
      return ended;
    }

    @Override
    public Optional<String> obstacle() {
      return obstacle;
    }

    @Override
    public boolean leave() {
      return outlivesItsService;
    }

    @Override
    public void terminate() {
      orders.add("terminate");
    }

    @Override
    public void kill() {
      orders.add("kill");
      exit(137);
    }
  }

  Run last() {
    return started.get(started.size() - 1);
  }

  @Override
  public JobRun start(JobFolder folder) {
    Run run = new Run(folder);
    started.add(run);
    return run;
  }

  @Override
  public Optional<JobRun> find(JobFolder folder) {
    return Optional.ofNullable(leftBehind.get(folder.path().getFileName().toString()));
  }
}
