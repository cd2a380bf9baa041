package io.github.vanillanet.cli.classify;

import static io.github.vanillanet.base.error.ErrorCode.MODEL_AMBIGUOUS;
import static io.github.vanillanet.base.error.ErrorCode.MODEL_NOT_FOUND;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.base.files.TemporaryFiles;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.json.RecordJson;
import io.github.vanillanet.model.engine.InstanceLoader;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.repository.DefaultMark;
import io.github.vanillanet.model.repository.EmbeddedModel;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.inference.Call;
import io.github.vanillanet.serve.inference.ClassificationService;
import io.github.vanillanet.serve.inference.ModelSelection;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.github.vanillanet.serve.registry.ModelLoader;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.github.vanillanet.serve.registry.PrecisionChoice;
import io.github.vanillanet.serve.scheduler.LaneSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Classifies with a model of a repository in this process, as the service does: the same decoder,
 * preprocessing, lanes and calibration.
 */
public final class LocalClassifier implements ImageClassifier {

  private static final Duration HANG_LIMIT = Duration.ofMinutes(1);

  private final ModelRegistry registry;
  private final ClassificationService service;
  private final Optional<String> model;
  private final int topK;
  private final Optional<Duration> budget;

  private LocalClassifier(
      ModelRegistry registry,
      ClassificationService service,
      Optional<String> model,
      int topK,
      Optional<Duration> budget) {
    this.registry = registry;
    this.service = service;
    this.model = model;
    this.topK = topK;
    this.budget = budget;
  }

  /**
   * Loads a version.
   *
   * @param model {@code NAME} or {@code NAME/VERSION}; empty for the default model
   * @param device {@code auto}, {@code cpu} or {@code cuda:N}
   * @param concurrency images that may be computed at the same time
   * @param budget of each image
   * @throws ServiceException {@code MODEL_NOT_FOUND} or {@code MODEL_AMBIGUOUS} if there is none
   */
  public static LocalClassifier open(
      ModelRepository models,
      ServingConfig config,
      Optional<String> model,
      String device,
      int concurrency,
      int topK,
      Optional<Duration> budget) {
    Optional<ModelId> id = choose(models, config, model);
    if (id.isPresent()) {
      return open(models.open(id.get()), config, device, concurrency, topK, budget);
    }
    try {
      Path temporary = TemporaryFiles.folder("vanillanet-");
      try {
        ModelRepository copy = new ModelRepository(temporary);
        EmbeddedModel.publish(copy);
        StoredVersion embedded = copy.open(new ModelId(EmbeddedModel.NAME, 1));
        return open(embedded, config, device, concurrency, topK, budget);
      } finally {
        FolderTree.delete(temporary); // the engine has read it
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static LocalClassifier open(
      StoredVersion version,
      ServingConfig config,
      String device,
      int concurrency,
      int topK,
      Optional<Duration> budget) {
    TorchRuntime runtime = TorchRuntime.load();
    int processors = Runtime.getRuntime().availableProcessors();
    int lanes = Math.min(concurrency, processors);
    int threads = Math.max(1, processors / lanes);
    ModelLoader loader =
        new ModelLoader(
            InstanceLoader.torch(runtime, threads),
            List.of(runtime.resolve(device)),
            PrecisionChoice.only(Arithmetic.PUBLISHED),
            new ModelLoader.Plan(
                lanes, threads, LaneSettings.single(concurrency), false, HANG_LIMIT),
            ServingMetrics.unobserved(),
            (id, fault) -> {});
    ModelRegistry registry = new ModelRegistry();
    registry.swap(loader.load(version));
    Optional<String> name = Optional.of(version.id().name());
    ModelSelection selection = new ModelSelection(registry, name, () -> false, Map.of());
    ClassificationService service =
        new ClassificationService(
            selection,
            ImageDecoder.of(config),
            concurrency * config.maxTensorBody().asLongValue(),
            processors);
    return new LocalClassifier(registry, service, name, topK, budget);
  }

  /** The version to use; empty for the embedded model, which is not in the repository. */
  private static Optional<ModelId> choose(
      ModelRepository models, ServingConfig config, Optional<String> model) {
    List<String> names = models.names();
    Optional<String> wanted =
        model
            .or(config::defaultModel)
            .or(() -> new DefaultMark(models).read().filter(names::contains))
            .or(() -> names.size() == 1 ? Optional.of(names.get(0)) : Optional.empty());
    if (wanted.isEmpty() && !names.isEmpty()) {
      throw MODEL_AMBIGUOUS.error(
          "the repository %s has no default model; choose one with --model: %s",
          models.root(), String.join(", ", names));
    }
    Optional<ModelId> found =
        wanted
            .flatMap(models::find)
            .filter(id -> models.versions(id.name()).contains(id.version()));
    boolean embedded = wanted.isEmpty() || wanted.get().equals(EmbeddedModel.NAME);
    if (found.isEmpty() && !embedded) {
      throw MODEL_NOT_FOUND.error(
          "the repository %s has no model '%s'; it has %s", models.root(), wanted.get(), names);
    }
    return found;
  }

  @Override
  public ObjectNode classify(byte[] encoded) {
    Call call = Call.unbounded();
    call.topK(topK);
    budget.ifPresent(call::limit);
    return RecordJson.tree(
        service.images(call, model, List.of(encoded), inference -> inference.classification(call)));
  }

  @Override
  public void close() {
    registry.close();
  }
}
