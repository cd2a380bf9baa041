package io.github.vanillanet.serve.registry;

import io.github.vanillanet.model.repository.ModelId;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * What is wrong on disk: versions that could not be loaded, and models whose version could not be
 * chosen. A fault ends when the version is loaded, another version of the model is activated, or
 * the folder is deleted. Thread-safe.
 */
public final class RepositoryFaults {

  /**
   * One fault.
   *
   * @param version empty if the fault concerns the whole model
   * @param folder of the model or of the version
   * @param reason one line
   */
  public record Fault(String model, Optional<Integer> version, Path folder, String reason) {}

  private final ConcurrentSkipListMap<String, Fault> faults = new ConcurrentSkipListMap<>();

  /** A version cannot be served. */
  public void found(ModelId id, Path folder, String reason) {
    Path root = folder.getParent().getParent();
    faults.put(
        id.toString(), new Fault(id.name(), Optional.of(id.version()), folder, line(reason, root)));
  }

  /** The version of a model could not be chosen, or none of its versions can be served. */
  public void found(String model, Path folder, String reason) {
    Path root = folder.getParent();
    faults.put(model, new Fault(model, Optional.empty(), folder, line(reason, root)));
  }

  /** Clients read the reason, so it has paths below the root only. */
  private static String line(String reason, Path root) {
    return reason.lines().findFirst().orElse("").replace(root + File.separator, "");
  }

  void ended(ModelId id) {
    faults.remove(id.toString());
  }

  void ended(String model) {
    faults.remove(model);
  }

  /** All faults, by model and version. */
  public List<Fault> all() {
    return faults.values().stream().filter(fault -> Files.exists(fault.folder())).toList();
  }

  /** Why the whole model cannot be served. */
  public Optional<String> reason(String model) {
    return Optional.ofNullable(faults.get(model)).map(Fault::reason);
  }

  /** Why a version cannot be served. */
  public Optional<String> reason(ModelId id) {
    return Optional.ofNullable(faults.get(id.toString())).map(Fault::reason);
  }
}
