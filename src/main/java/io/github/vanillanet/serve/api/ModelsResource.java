package io.github.vanillanet.serve.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.serve.inference.ClassificationService;
import io.github.vanillanet.serve.inference.ModelSelection;
import io.github.vanillanet.serve.inference.ModelTarget;
import io.github.vanillanet.serve.registry.Lease;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.github.vanillanet.serve.registry.RepositoryFaults;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The models in service. */
@Path("/models")
@Tag(name = "Models")
@Produces(MediaType.APPLICATION_JSON)
public final class ModelsResource {

  private final ModelRegistry registry;
  private final ModelSelection selection;
  private final Map<String, List<String>> groups;
  private final ClassificationService service;
  private final Limits limits;

  ModelsResource(
      ModelRegistry registry,
      ModelSelection selection,
      ServingConfig config,
      ClassificationService service) {
    this.registry = registry;
    this.selection = selection;
    this.groups = config.groups();
    this.service = service;
    this.limits =
        new Limits(
            config.maxImageBody().asLongValue(), config.training().maxUpload().asLongValue());
  }

  /**
   * All models in service, by name.
   *
   * @param faults what is wrong on disk; other models and versions may serve
   * @param defaultModel the model or group that answers requests that name none; absent if such
   *     requests are rejected
   * @param groups the model names of each group, loaded or not
   * @param jpegDecoder the library that decodes JPEGs, and whether it reduces large ones
   * @param limits so that a client can check a file before it sends it
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  public record ModelList(
      List<ModelView> models,
      Optional<String> defaultModel,
      List<FaultView> faults,
      Map<String, List<String>> groups,
      String jpegDecoder,
      Limits limits) {}

  /**
   * The largest bodies that this service accepts, in bytes.
   *
   * @param imageBytes of a request with images
   * @param uploadBytes of the data of a training
   */
  public record Limits(long imageBytes, long uploadBytes) {}

  /**
   * A version that cannot be served, or a model.
   *
   * @param version absent if the fault concerns the whole model
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  public record FaultView(String name, Optional<Integer> version, String reason) {

    static FaultView of(RepositoryFaults.Fault fault) {
      return new FaultView(fault.model(), fault.version(), fault.reason());
    }
  }

  @GET
  @Operation(summary = "All models in service, and what is wrong in the repository")
  public ModelList models() {
    List<ModelView> views =
        registry.names().stream()
            .flatMap(name -> registry.current(name).stream())
            .map(model -> ModelView.of(model, selection.isDefault(model.id().name())))
            .toList();
    List<FaultView> faults = registry.repositoryFaults().all().stream().map(FaultView::of).toList();
    return new ModelList(
        views, selection.defaultModel(), faults, groups, service.jpegDecoder(), limits);
  }

  @GET
  @Path("/{model}")
  @Operation(summary = "One model in service")
  public ModelView model(@PathParam("model") String model) {
    try (Lease lease = selection.lease(ModelTarget.of(Optional.of(model)))) {
      return ModelView.of(lease.model(), selection.isDefault(lease.model().id().name()));
    }
  }
}
