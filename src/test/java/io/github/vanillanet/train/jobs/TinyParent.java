package io.github.vanillanet.train.jobs;

import java.nio.file.Path;

/** Starts a {@link TinyChild} and waits until it is killed itself. */
final class TinyParent {

  private TinyParent() {}

  public static void main(String... arguments) throws Exception {
    new ProcessExecutor(ProcessExecutorTest::childCommand)
        .start(JobFolder.at(Path.of(arguments[0])));
    System.in.read();
  }
}
