package io.github.vanillanet.train.jobs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Time passes when the test says so. */
final class ManualAlarm implements Alarm {

  private final List<Runnable> due = new ArrayList<>();

  @Override
  public void after(Duration delay, Runnable action) {
    due.add(action);
  }

  void ring() {
    List<Runnable> now = List.copyOf(due);
    due.clear();
    now.forEach(Runnable::run);
  }
}
