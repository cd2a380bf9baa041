package io.github.vanillanet.serve.registry;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.repository.DefaultMark;
import io.github.vanillanet.model.repository.EmbeddedModel;
import io.github.vanillanet.model.repository.Manifest;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The model that answers requests without a model name. The first rule that applies decides:
 *
 * <ol>
 *   <li>the setting {@code vanillanet.default-model};
 *   <li>the {@link DefaultMark} in the repository;
 *   <li>the only loaded model;
 *   <li>the oldest imported or trained model, by its oldest version on disk;
 *   <li>the embedded model.
 * </ol>
 *
 * <p>While an imported or trained model is loaded, rules 2 to 5 choose only among those, and only
 * those are marked. The mark is written when such a model becomes the default and no model on disk
 * is marked. If a marked model is unloaded, another model is the default until the marked one is
 * loaded again. In a read-only repository, the mark lasts as long as the process.
 *
 * <p>Thread-safe. The rules are applied only when the loaded models change.
 */
public final class DefaultModel {

  private static final Logger LOG = System.getLogger(DefaultModel.class.getName());

  private final Optional<String> setting;
  private final ModelRepository repository;
  private final Supplier<List<StoredVersion>> loaded;
  private final DefaultMark file;
  private Optional<String> mark = Optional.empty(); // guarded by this
  private volatile Optional<String> chosen;
  private Consumer<Optional<String>> onChange = model -> {}; // guarded by this

  /**
   * @param setting a model or a group, if configured
   * @param loaded the versions in service
   */
  public DefaultModel(
      Optional<String> setting, ModelRepository repository, Supplier<List<StoredVersion>> loaded) {
    this.setting = setting;
    this.repository = repository;
    this.loaded = loaded;
    this.file = new DefaultMark(repository);
    this.chosen = setting;
  }

  /** The default model or group. Empty before {@link #update} and if no rule applies. */
  public Optional<String> name() {
    return chosen;
  }

  /** Runs {@code listener} with the default, now and after each decision. */
  public synchronized void onChange(Consumer<Optional<String>> listener) {
    onChange = listener;
    listener.accept(chosen);
  }

  /**
   * Applies the rules to the models that are loaded now. Called when the models of start-up are
   * loaded, and after each change. Keeps the default if the repository cannot be read.
   */
  public synchronized void update() {
    try {
      decide();
    } catch (ServiceException e) {
      LOG.log(Level.WARNING, "the default model is not updated: {0}", e.getMessage());
    }
  }

  private void decide() {
    List<StoredVersion> versions = loaded.get();
    mark = mark.or(file::read); // a copy of a bucket may have received it meanwhile
    List<StoredVersion> own =
        versions.stream().filter(v -> DefaultMark.mayName(v.manifest())).toList();
    Optional<String> next = setting.or(() -> choose(versions, own));
    boolean marks = contains(own, next) && !isMarkOnDisk();
    if (marks) {
      mark = next;
      file.write(next.orElseThrow());
    }
    log(next, marks ? embedded(versions) : Optional.empty());
    chosen = next;
    onChange.accept(next);
  }

  private Optional<String> choose(List<StoredVersion> versions, List<StoredVersion> own) {
    if (contains(own, mark)) {
      return mark;
    }
    if (contains(own, chosen)) {
      return chosen;
    }
    if (!own.isEmpty()) {
      return own.stream().min(Comparator.comparing(this::age)).map(v -> v.id().name());
    }
    return versions.size() == 1 ? Optional.of(versions.get(0).id().name()) : embedded(versions);
  }

  private boolean isMarkOnDisk() {
    return mark.map(repository.names()::contains).orElse(false);
  }

  private void log(Optional<String> next, Optional<String> embedded) {
    Optional<String> before = chosen.or(() -> embedded);
    if (next.isPresent() && !next.equals(chosen)) {
      LOG.log(
          Level.INFO,
          "default model: {0}{1}",
          next.get(),
          before.map(name -> ", no longer " + name).orElse(""));
    }
  }

  /** Creation time of the oldest imported or trained version of the same model. */
  private Instant age(StoredVersion live) {
    String name = live.id().name();
    return repository.versions(name).stream()
        .flatMap(version -> manifest(new ModelId(name, version)))
        .filter(DefaultMark::mayName)
        .map(Manifest::created)
        .findFirst()
        .orElse(live.manifest().created());
  }

  private Stream<Manifest> manifest(ModelId id) {
    try {
      return Stream.of(repository.manifest(id));
    } catch (ServiceException e) {
      return Stream.empty(); // the age of a damaged version is unknown
    }
  }

  private static boolean contains(List<StoredVersion> versions, Optional<String> name) {
    return versions.stream().anyMatch(version -> name.equals(Optional.of(version.id().name())));
  }

  private static Optional<String> embedded(List<StoredVersion> versions) {
    return versions.stream()
        .filter(version -> EmbeddedModel.isCopy(version.manifest()))
        .map(version -> version.id().name())
        .findFirst();
  }
}
