package io.github.vanillanet.serve.api;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.serve.inference.ClassificationService;
import io.github.vanillanet.serve.inference.ModelSelection;
import io.github.vanillanet.serve.inference.ModelTarget;
import io.github.vanillanet.serve.registry.Lease;
import io.github.vanillanet.serve.registry.ModelRegistry;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** The models in service. */
@Path("/models")
@Produces(MediaType.APPLICATION_JSON)
public final class ModelsResource {

  private final ModelRegistry registry;
  private final ModelSelection selection;
  private final Map<String, List<String>> groups;
  private final ClassificationService service;

  ModelsResource(
      ModelRegistry registry,
      ModelSelection selection,
      ServingConfig config,
      ClassificationService service) {
    this.registry = registry;
    this.selection = selection;
    this.groups = config.groups();
    this.service = service;
  }

  /**
   * All models in service, by name.
   *
   * @param groups the model names of each group, loaded or not
   * @param jpegDecoder the library that decodes JPEGs, and whether it reduces large ones
   */
  public record ModelList(
      List<ModelView> models, Map<String, List<String>> groups, String jpegDecoder) {}

  @GET
  @Operation(summary = "All models in service")
  public ModelList models() {
    List<ModelView> views =
        registry.names().stream()
            .flatMap(name -> registry.current(name).stream())
            .map(model -> ModelView.of(model, selection.isDefault(model.id().name())))
            .toList();
    return new ModelList(views, groups, service.jpegDecoder());
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
