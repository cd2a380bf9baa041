package io.github.vanillanet.train.loop;

import java.nio.file.Path;

/** Told of progress on the training thread, which waits for it. */
public interface TrainingListener {

  /** After every optimizer step. */
  default void stepped(StepReport report) {}

  /** After every epoch, and its evaluation if there was one. */
  default void epochFinished(EpochReport report) {}

  /** The file is complete and durable. */
  default void checkpointed(Path file, int step) {}

  /** Asked before every step; true ends the run with a checkpoint. */
  default boolean stopRequested() {
    return false;
  }
}
