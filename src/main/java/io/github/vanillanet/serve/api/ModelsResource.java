package io.github.vanillanet.serve.api;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.serve.inference.ClassificationService;
import io.github.vanillanet.serve.inference.ModelSelection;
import io.github.vanillanet.serve.registry.Lease;
import io.github.vanillanet.serve.registry.ModelRegistry;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** What is being served. */
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
   * All live models, by name.
   *
   * @param groups names that stand for several models, and those, loaded or not
   * @param jpegDecoder what decodes JPEGs for all of them, and that large ones are reduced, if so
   */
  public record ModelList(
      List<ModelView> models, Map<String, List<String>> groups, String jpegDecoder) {}

  @GET
  @Operation(summary = "All models that are being served")
  public ModelList models() {
    List<ModelView> views = new ArrayList<>();
    for (String name : registry.names()) {
      Optional<Lease> lease = registry.lease(name);
      lease.ifPresent(
          held -> {
            try (held) {
              views.add(ModelView.of(held.model(), selection.isDefault(name)));
            }
          });
    }
    return new ModelList(views, groups, service.jpegDecoder());
  }

  @GET
  @Path("/{model}")
  @Operation(summary = "One model that is being served")
  public ModelView model(@PathParam("model") String model) {
    try (Lease lease = selection.lease(Optional.of(model))) {
      return ModelView.of(lease.model(), selection.isDefault(lease.model().id().name()));
    }
  }
}
