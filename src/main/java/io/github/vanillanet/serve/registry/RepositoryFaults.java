package io.github.vanillanet.serve.registry;

import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/**
 * What is wrong on disk: versions that could not be loaded, and models whose version could not be
 * chosen. A fault ends when the version is loaded, another version of the model is activated, or
 * the folder is deleted. A fault in the original of a copy ends when it is repaired there.
 * Thread-safe.
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
  private volatile Map<String, Fault> ofOriginal = Map.of();

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

  /** What is wrong with the models of which {@code copy} is a copy, by model. */
  void replaceOfOriginal(Map<String, String> reasons, ModelRepository copy) {
    Map<String, Fault> next = new TreeMap<>();
    reasons.forEach(
        (model, reason) ->
            next.put(
                model,
                new Fault(model, Optional.empty(), copy.model(model), line(reason, copy.root()))));
    ofOriginal = next;
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
    return Stream.concat(
            faults.values().stream().filter(fault -> Files.exists(fault.folder())),
            ofOriginal.values().stream())
        .sorted(Comparator.comparing(Fault::model))
        .toList();
  }

  /** Why the whole model cannot be served. */
  public Optional<String> reason(String model) {
    return Optional.ofNullable(faults.get(model))
        .or(() -> Optional.ofNullable(ofOriginal.get(model)))
        .map(Fault::reason);
  }

  /** Why a version cannot be served. */
  public Optional<String> reason(ModelId id) {
    return Optional.ofNullable(faults.get(id.toString())).map(Fault::reason);
  }
}
