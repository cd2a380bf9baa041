package io.github.vanillanet.serve.registry;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.FolderState;
import io.github.vanillanet.base.timing.Retries;
import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.model.repository.ActiveFile;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Serves what the repository says: the active version of each model, also after another service or
 * a command has changed it, and models that are new. A version is loaded beside the old one and
 * swapped in. If that fails, the old version stays in service, the reason becomes a {@link
 * RepositoryFaults.Fault}, and the load is tried again after a growing delay, or at once when the
 * files change. A model whose folder is gone stays in service.
 *
 * <p>{@link #poll} is called by one thread at a time. The other methods are thread-safe.
 */
public final class RepositoryFollower {

  private static final Logger LOG = System.getLogger(RepositoryFollower.class.getName());

  private final ModelRepository repository;
  private final Supplier<Map<String, String>> refresh;
  private final VersionSwitch versions;
  private final ModelRegistry registry;
  private final Ticker ticker;
  private final Retries<ModelId, FolderState> loads;
  private final Map<String, String> logged = new HashMap<>(); // the last line about a model
  private Map<String, String> faultsOfOriginal = Map.of();
  private volatile Optional<String> problem = Optional.empty();
  private volatile int drifting;
  private volatile long lastPoll;

  /**
   * @param refresh brings the repository up to date before each comparison, if it is a copy;
   *     returns what is wrong with the original, by model
   */
  public RepositoryFollower(
      ModelRepository repository,
      Supplier<Map<String, String>> refresh,
      VersionSwitch versions,
      ModelRegistry registry,
      Ticker ticker) {
    this.repository = repository;
    this.refresh = refresh;
    this.versions = versions;
    this.registry = registry;
    this.ticker = ticker;
    this.loads = new Retries<>(ticker);
    this.lastPoll = ticker.nanos();
  }

  /** Number of models whose version in service is not the one that the repository names. */
  public int drifting() {
    return drifting;
  }

  /** Time since the repository was last read without an error. */
  public Duration age() {
    return Duration.ofNanos(ticker.nanos() - lastPoll);
  }

  /**
   * Compares all models with the repository, and loads what differs. Takes as long as the loads.
   *
   * @param closing true when the service stops: no further model is loaded
   */
  public void poll(BooleanSupplier closing) {
    try {
      setFaultsOfOriginal(refresh.get());
      compare(closing);
      lastPoll = ticker.nanos();
      logChange("", Optional.empty());
    } catch (ServiceException e) {
      problem = Optional.of(e.getMessage());
      logChange("", problem);
      if (registry.names().isEmpty()) {
        compareCopy(closing);
      }
    }
  }

  private void setFaultsOfOriginal(Map<String, String> faults) {
    faultsOfOriginal.keySet().stream()
        .filter(name -> !faults.containsKey(name))
        .forEach(name -> logged.remove("original " + name));
    faults.forEach(
        (name, reason) ->
            logChange("original " + name, Optional.of("model " + name + ": " + reason)));
    registry.repositoryFaults().replaceOfOriginal(faults, repository);
    problem = faults.values().stream().findFirst();
    faultsOfOriginal = faults;
  }

  /** Serves the copies of an original that cannot be reached. */
  private void compareCopy(BooleanSupplier closing) {
    try {
      compare(closing);
    } catch (ServiceException e) {
      LOG.log(Level.DEBUG, e.getMessage());
    }
  }

  /** Why the last poll has failed, or what is wrong with a model in the original. */
  public Optional<String> problem() {
    return problem;
  }

  private void compare(BooleanSupplier closing) {
    if (!registry.names().isEmpty() && !Files.isDirectory(repository.root())) {
      throw BAD_CONFIGURATION.error("the folder %s is missing; mount it again", repository.root());
    }
    TreeSet<String> names = new TreeSet<>(repository.names());
    names.addAll(registry.names());
    int differ = 0;
    for (String name : names) {
      if (closing.getAsBoolean()) {
        return;
      }
      differ += follow(name, closing) ? 0 : 1;
    }
    drifting = differ;
  }

  /**
   * @return whether the model is served as the repository says
   */
  private boolean follow(String name, BooleanSupplier closing) {
    try {
      if (!differs(name)) {
        return true;
      }
      versions.exclusively(
          () -> {
            if (differs(name)) { // no activation of this service has changed it meanwhile
              adopt(name, closing);
            }
          });
      return !differs(name);
    } catch (ServiceException e) {
      modelFault(name, e.getMessage());
      return false;
    }
  }

  private boolean differs(String name) {
    List<String> faults = new ArrayList<>();
    List<ModelId> choices = repository.choices(name, faults::add);
    Optional<ModelId> live = registry.live(name);
    if (faults.isEmpty() && live.isPresent()) {
      registry.repositoryFaults().ended(name);
    } else {
      faults.stream().reduce((first, last) -> last).ifPresent(it -> modelFault(name, it));
    }
    long generation = stored(name).map(ActiveFile.Stored::generation).orElse(0L);
    if (choices.isEmpty() || versions.isUnloaded(name, generation)) {
      return live.isPresent();
    }
    if (live.isPresent() && faultsOfOriginal.containsKey(name)) {
      return true; // the original has another version, or another calibration
    }
    return !serves(live, choices.get(0));
  }

  private boolean serves(Optional<ModelId> live, ModelId choice) {
    return live.equals(Optional.of(choice)) && !versions.loader().hasOtherFiles(choice);
  }

  private Optional<ActiveFile.Stored> stored(String name) {
    try {
      return Optional.of(repository.activeFile(name).read(fault -> {}));
    } catch (ServiceException e) {
      return Optional.empty(); // its only version serves
    }
  }

  /** Serves the first good choice, or only the first one if the model is in service. */
  private void adopt(String name, BooleanSupplier closing) {
    Optional<ModelId> live = registry.live(name);
    if (repository.versions(name).isEmpty() || live.isPresent() && isMissing(name)) {
      return;
    }
    pin(name, live);
    List<ModelId> choices = repository.choices(name, fault -> {});
    if (choices.isEmpty() || serves(live, choices.get(0))) {
      return;
    }
    if (live.isPresent()) {
      adopt(choices.get(0));
      return;
    }
    for (ModelId id : choices) {
      if (closing.getAsBoolean() || adopt(id)) {
        if (!id.equals(choices.get(0))) {
          LOG.log(Level.WARNING, "{0} is served in place of {1}", id, choices.get(0));
        }
        return;
      }
    }
    registry
        .repositoryFaults()
        .reason(choices.get(0))
        .ifPresent(reason -> modelFault(name, reason));
  }

  /** Whether the active version is gone: the loaded one, or its successor, stays in service. */
  private boolean isMissing(String name) {
    return stored(name)
        .flatMap(it -> it.history().active().stream().boxed().findFirst())
        .filter(version -> !repository.contains(new ModelId(name, version)))
        .isPresent();
  }

  /** Records which version serves, so that later versions wait for their activation. */
  private void pin(String name, Optional<ModelId> live) {
    try {
      if (repository.isWritable()) {
        live.filter(repository::contains)
            .ifPresentOrElse(repository::pinActive, () -> repository.pinActive(name));
      }
    } catch (ServiceException e) {
      LOG.log(Level.DEBUG, "the version of {0} is not recorded: {1}", name, e.getMessage());
    }
  }

  /**
   * @return whether the version is in service
   */
  private boolean adopt(ModelId id) {
    FolderState files = versions.loader().files(id);
    if (loads.mustWait(id, files)) {
      return false;
    }
    String reason;
    try {
      versions.follow(id);
      loads.succeeded(id);
      logged.remove(id.toString());
      return true;
    } catch (ServiceException e) {
      reason = e.getMessage();
    } catch (RuntimeException e) { // a damaged version must not affect the others
      reason = e.toString();
    }
    loads.failed(id, files);
    registry.repositoryFaults().found(id, repository.folder(id), files, reason);
    logChange(id.toString(), Optional.of(id + " cannot be served: " + reason));
    return false;
  }

  private void modelFault(String name, String reason) {
    logChange(name, Optional.of("model " + name + ": " + reason));
    registry.repositoryFaults().found(name, repository.model(name), reason);
  }

  /**
   * Logs a problem once, and its end.
   *
   * @param subject a model, a version, or empty for the repository
   */
  private void logChange(String subject, Optional<String> problem) {
    String before =
        problem.isPresent() ? logged.put(subject, problem.get()) : logged.remove(subject);
    if (problem.isPresent() && !problem.get().equals(before)) {
      LOG.log(Level.ERROR, problem.get());
    } else if (problem.isEmpty() && before != null) {
      LOG.log(Level.INFO, "the repository {0} can be read again", repository.root());
    }
  }
}
