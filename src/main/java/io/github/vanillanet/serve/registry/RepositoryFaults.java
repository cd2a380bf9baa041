package io.github.vanillanet.serve.registry;

import io.github.vanillanet.base.files.FolderState;
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
 * chosen. The fault of a version ends when it is loaded, or its files change or are deleted. That
 * of a model ends when its version is chosen, or its folder is deleted. A fault in the original of
 * a copy ends when it is repaired there. Thread-safe.
 */
public final class RepositoryFaults {

  /**
   * One fault.
   *
   * @param version empty if the fault concerns the whole model
   * @param folder of the model or of the version
   * @param files of the version when it could not be loaded; empty if the fault concerns the model
   * @param reason one line
   */
  public record Fault(
      String model,
      Optional<Integer> version,
      Path folder,
      Optional<FolderState> files,
      String reason) {

    /** The model or version, and the reason. */
    public String text() {
      return model + version.map(number -> "/" + number).orElse("") + ": " + reason;
    }

    private boolean stands() {
      return Files.exists(folder)
          && files.stream().allMatch(state -> isSame(state, FolderState.of(folder)));
    }

    /** A folder that cannot be read has no files. */
    private static boolean isSame(FolderState before, FolderState now) {
      return now.equals(before) || now.files().isEmpty();
    }
  }

  private final ConcurrentSkipListMap<String, Fault> faults = new ConcurrentSkipListMap<>();
  private volatile Map<String, Fault> ofOriginal = Map.of();

  /**
   * A version cannot be served.
   *
   * @param files of the version before it was loaded
   */
  void found(ModelId id, Path folder, FolderState files, String reason) {
    Path root = folder.getParent().getParent();
    faults.put(
        id.toString(),
        new Fault(
            id.name(), Optional.of(id.version()), folder, Optional.of(files), line(reason, root)));
  }

  /** The version of a model could not be chosen, or none of its versions can be served. */
  public void found(String model, Path folder, String reason) {
    Path root = folder.getParent();
    faults.put(model, ofModel(model, folder, line(reason, root)));
  }

  private static Fault ofModel(String model, Path folder, String reason) {
    return new Fault(model, Optional.empty(), folder, Optional.empty(), reason);
  }

  /** What is wrong with the models of which {@code copy} is a copy, by model. */
  void replaceOfOriginal(Map<String, String> reasons, ModelRepository copy) {
    Map<String, Fault> next = new TreeMap<>();
    reasons.forEach(
        (model, reason) ->
            next.put(model, ofModel(model, copy.model(model), line(reason, copy.root()))));
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
            faults.values().stream().filter(Fault::stands), ofOriginal.values().stream())
        .sorted(Comparator.comparing(Fault::model))
        .toList();
  }

  /** Why the whole model cannot be served. */
  public Optional<String> reason(String model) {
    return Optional.ofNullable(faults.get(model))
        .filter(Fault::stands)
        .or(() -> Optional.ofNullable(ofOriginal.get(model)))
        .map(Fault::reason);
  }

  /** Why a version cannot be served. */
  public Optional<String> reason(ModelId id) {
    return Optional.ofNullable(faults.get(id.toString())).filter(Fault::stands).map(Fault::reason);
  }
}
