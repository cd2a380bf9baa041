package io.github.vanillanet.train.jobs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Runs the due actions when the test calls {@link #fire}. */
final class ManualTimer implements Timer {

  private final List<Runnable> due = new ArrayList<>();

  @Override
  public void after(Duration delay, Runnable action) {
    due.add(action);
  }

  void fire() {
    List<Runnable> now = List.copyOf(due);
    due.clear();
    now.forEach(Runnable::run);
  }
}
