package io.github.vanillanet.train.jobs;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Loads nothing. A test can act at the moment before a version becomes active. */
public class FakeInstallation implements Installation {

  public final List<String> activated = Collections.synchronizedList(new ArrayList<>());
  final List<String> deleted = new ArrayList<>();
  Runnable beforeCommit = () -> {};
  Runnable afterCommit = () -> {};

  @Override
  public boolean activate(String model, int version, BooleanSupplier commit) {
    beforeCommit.run();
    boolean committed = commit.getAsBoolean();
    if (committed) {
      afterCommit.run();
      activated.add(model + "/" + version);
    }
    return committed;
  }

  @Override
  public void delete(String model, int version) {
    deleted.add(model + "/" + version);
  }
}
