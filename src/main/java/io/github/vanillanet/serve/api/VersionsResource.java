package io.github.vanillanet.serve.api;

import static io.github.vanillanet.base.error.ErrorCode.MODEL_NOT_FOUND;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.vanillanet.base.config.AdminRole;
import io.github.vanillanet.model.repository.Manifest;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.serve.registry.KnownVersions;
import io.github.vanillanet.serve.registry.VersionSwitch;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * Administration of the versions of a model. A request in flight finishes on the version that it
 * started with.
 */
@Path("/admin/models/{model}")
@Tag(name = "Versions")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(AdminRole.NAME)
public final class VersionsResource {

  private final VersionSwitch versions;
  private final KnownVersions known;

  VersionsResource(VersionSwitch versions, KnownVersions known) {
    this.versions = versions;
    this.known = known;
  }

  /** All versions of a model, in ascending order. */
  public record VersionList(String model, List<VersionView> versions) {}

  /**
   * A version of a model.
   *
   * @param live whether it answers requests
   * @param rollbackTarget whether a rollback would activate it
   * @param accuracy top-1, 0..1, if measured
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  public record VersionView(
      int version,
      boolean live,
      @JsonProperty("rollback_target") boolean rollbackTarget,
      Instant created,
      String variant,
      boolean trained,
      Optional<Double> accuracy,
      String origin) {

    static VersionView of(KnownVersions.Entry entry) {
      Manifest manifest = entry.manifest();
      return new VersionView(
          entry.version(),
          entry.live(),
          entry.rollback(),
          manifest.created(),
          manifest.architecture().variant().officialName(),
          manifest.trained(),
          manifest.accuracy(),
          manifest.origin());
    }
  }

  @GET
  @Path("/versions")
  @Operation(summary = "All versions of a model on disk")
  public VersionList versions(@PathParam("model") String model) {
    return new VersionList(model, known.of(model).stream().map(VersionView::of).toList());
  }

  @POST
  @Path("/versions/{version}/activate")
  @Operation(summary = "Serve this version from now on")
  public VersionList activate(
      @PathParam("model") String model, @PathParam("version") String version) {
    OptionalInt number = ModelId.version(version);
    if (!ModelId.isName(model) || number.isEmpty()) {
      throw MODEL_NOT_FOUND.error("model '%s' has no version '%s'", model, version);
    }
    versions.activate(new ModelId(model, number.getAsInt()));
    return versions(model);
  }

  @POST
  @Path("/rollback")
  @Operation(summary = "Serve the version that was active before")
  public VersionList rollback(@PathParam("model") String model) {
    versions.rollback(model);
    return versions(model);
  }
}
