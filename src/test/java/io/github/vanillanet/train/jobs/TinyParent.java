package io.github.vanillanet.train.jobs;

import java.nio.file.Path;

/** Starts a {@link TinyChild} and waits to be killed. */
final class TinyParent {

  private TinyParent() {}

  public static void main(String... arguments) throws Exception {
    new ProcessExecutor(ProcessExecutorTest::childCommand)
        .start(new JobFolder(Path.of(arguments[0])));
    System.in.read();
  }
}
