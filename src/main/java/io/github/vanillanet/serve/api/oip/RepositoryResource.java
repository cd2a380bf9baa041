package io.github.vanillanet.serve.api.oip;

import static io.github.vanillanet.base.error.ErrorCode.MODEL_NOT_FOUND;

import io.github.vanillanet.base.config.AdminRole;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.api.http.Api;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.github.vanillanet.serve.registry.RepositoryFaults;
import io.github.vanillanet.serve.registry.VersionSwitch;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.File;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * The model repository extension. Only administrators may load a model, and only as it was
 * published.
 *
 * @see <a
 *     href="https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_model_repository.md">the
 *     extension</a>
 */
@Path("/v2/repository")
@Consumes(MediaType.WILDCARD)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Open Inference Protocol")
public final class RepositoryResource {

  private final ModelRepository repository;
  private final ModelRegistry registry;
  private final VersionSwitch versions;

  RepositoryResource(ModelRepository repository, ModelRegistry registry, VersionSwitch versions) {
    this.repository = repository;
    this.registry = registry;
    this.versions = versions;
  }

  /**
   * A version in the repository.
   *
   * @param state READY if it answers requests, otherwise UNAVAILABLE
   * @param reason why it is unavailable; empty if it is ready
   */
  public record IndexEntry(String name, String version, String state, String reason) {

    private static IndexEntry unavailable(String model, String version, String reason) {
      return new IndexEntry(model, version, "UNAVAILABLE", reason);
    }

    static IndexEntry of(ModelId id, ModelRegistry registry, ModelRepository repository) {
      String version = Integer.toString(id.version());
      Optional<ModelId> live = registry.live(id.name());
      if (live.equals(Optional.of(id))) {
        return Optional.ofNullable(registry.faults().get(id))
            .map(fault -> unavailable(id.name(), version, "out of service: " + fault))
            .orElseGet(() -> new IndexEntry(id.name(), version, "READY", ""));
      }
      RepositoryFaults faults = registry.repositoryFaults();
      return unavailable(
          id.name(),
          version,
          faults
              .reason(id)
              .or(() -> damage(id, repository))
              .or(() -> live.map(other -> "version %d is served".formatted(other.version())))
              .or(() -> faults.reason(id.name()))
              .orElse("unloaded"));
    }

    /** Clients read it, so it has paths below the root only. */
    private static Optional<String> damage(ModelId id, ModelRepository repository) {
      return StoredVersion.visibleDamage(repository.folder(id))
          .map(reason -> reason.replace(repository.root() + File.separator, ""));
    }
  }

  @POST
  @Path("/index")
  @Operation(summary = "All versions of all models on disk, and their states")
  @RequestBody(ref = "Index")
  public List<IndexEntry> index(InputStream body) {
    return index(RepositoryRequest.read(body).ready());
  }

  /**
   * @param ready whether to list ready models only
   */
  public List<IndexEntry> index(boolean ready) {
    return repository.names().stream()
        .flatMap(this::entries)
        .filter(entry -> !ready || entry.state().equals("READY"))
        .toList();
  }

  private Stream<IndexEntry> entries(String model) {
    try {
      return repository.versions(model).stream()
          .map(version -> IndexEntry.of(new ModelId(model, version), registry, repository));
    } catch (ServiceException e) {
      String reason = registry.repositoryFaults().reason(model).orElse("its folder is unreadable");
      return Stream.of(IndexEntry.unavailable(model, "", reason));
    }
  }

  @POST
  @Path("/models/{model}/load")
  @RolesAllowed(AdminRole.NAME)
  @Operation(summary = "Load the last active version of a model, or its newest one")
  @APIResponse(responseCode = "200", description = "The model is in service")
  @RequestBody(ref = "LoadModel")
  public Response load(@PathParam("model") String model, InputStream body) {
    load(model, RepositoryRequest.read(body).parameters().values().keySet());
    return Response.ok().build();
  }

  /** Loads a model; the caller checks that an administrator requests it. */
  public void load(String model, Set<String> parameters) {
    RepositoryRequest.requireNoOverrides(parameters);
    String name = modelOfView(model);
    versions.activate(new ModelId(name, active(name)));
  }

  /** The view {@code NAME-image} is loaded and unloaded with its model. */
  private String modelOfView(String name) {
    return Api.modelOfView(name, repository.names()::contains);
  }

  private int active(String model) {
    if (!ModelId.isName(model) || repository.latest(model).isEmpty()) {
      throw MODEL_NOT_FOUND.error(
          "there is no model '%s' in the repository; it has %s", model, repository.names());
    }
    return repository.active(model).orElseGet(() -> repository.latest(model).getAsInt());
  }

  @POST
  @Path("/models/{model}/unload")
  @RolesAllowed(AdminRole.NAME)
  @Operation(summary = "Unload a model; requests in flight are answered")
  @APIResponse(responseCode = "200", description = "The model is unloaded")
  @RequestBody(ref = "LoadModel")
  public Response unload(@PathParam("model") String model, InputStream body) {
    unload(model, RepositoryRequest.read(body).parameters().values().keySet());
    return Response.ok().build();
  }

  /** Unloads a model; the caller checks that an administrator requests it. */
  public void unload(String model, Set<String> parameters) {
    RepositoryRequest.requireNoOverrides(parameters);
    versions.unload(modelOfView(model));
  }
}
