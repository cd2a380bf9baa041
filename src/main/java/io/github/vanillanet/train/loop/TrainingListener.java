package io.github.vanillanet.train.loop;

import java.nio.file.Path;

/** Receives the progress of a run. All methods are called on the training thread and block it. */
public interface TrainingListener {

  default void stepped(StepReport report) {}

  default void epochFinished(EpochReport report) {}

  /** Called after each checkpoint, when the file is complete and durable. */
  default void checkpointed(Path file, int step) {}

  /** Called before every step. If true, the run writes a checkpoint and ends. */
  default boolean stopRequested() {
    return false;
  }

  /** Called before every epoch. If true, the run ends once it has a candidate. */
  default boolean timeIsUp() {
    return false;
  }
}
