package io.github.vanillanet.serve.api.oip;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.serve.api.http.HttpCall;
import io.github.vanillanet.serve.inference.Call;
import io.github.vanillanet.serve.inference.Inference;
import io.github.vanillanet.serve.inference.ModelSelection;
import io.github.vanillanet.serve.inference.ModelTarget;
import io.github.vanillanet.serve.metrics.Stage;
import io.github.vanillanet.serve.registry.Lease;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.github.vanillanet.serve.registry.ServedModel;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * One model of the Open Inference Protocol: the same routes for the version in service, and for a
 * version that the path names. In all of them {@code version} is null in paths without one.
 */
@Produces(MediaType.APPLICATION_JSON)
public abstract class ModelRoutes {

  private final Infer infer;
  private final ModelRegistry registry;
  private final ModelSelection selection;
  private final ServingConfig config;

  private ModelRoutes(
      Infer infer, ModelRegistry registry, ModelSelection selection, ServingConfig config) {
    this.infer = infer;
    this.registry = registry;
    this.selection = selection;
    this.config = config;
  }

  @Path("/v2/models/{model}")
  @Produces(MediaType.APPLICATION_JSON)
  @Tag(name = "Open Inference Protocol")
  public static final class OfModel extends ModelRoutes {
    OfModel(Infer infer, ModelRegistry registry, ModelSelection selection, ServingConfig config) {
      super(infer, registry, selection, config);
    }
  }

  /** A version; the request fails unless this version is in service. */
  @Path("/v2/models/{model}/versions/{version}")
  @Produces(MediaType.APPLICATION_JSON)
  @Tag(name = "Open Inference Protocol")
  public static final class OfVersion extends ModelRoutes {
    OfVersion(Infer infer, ModelRegistry registry, ModelSelection selection, ServingConfig config) {
      super(infer, registry, selection, config);
    }
  }

  @Schema
  public record ModelReady(String name, boolean ready) {}

  @GET
  @Operation(summary = "Inputs and outputs of a model, or of its view NAME-image")
  public ModelMetadata metadata(
      @PathParam("model") String model, @PathParam("version") String version) {
    return describe(model, version, ModelMetadata::of);
  }

  @GET
  @Path("/ready")
  @Operation(summary = "Whether a model is ready")
  @APIResponse(responseCode = "200", ref = "ModelReady")
  @APIResponse(responseCode = "503", ref = "ModelNotReady")
  public Response ready(@PathParam("model") String model, @PathParam("version") String version) {
    try {
      describe(
          model,
          version,
          (view, served) -> {
            served.requireHealthy();
            return served;
          });
      return Response.ok(new ModelReady(model, true)).build();
    } catch (ServiceException e) {
      e.rethrowUnless(ErrorCode.NOT_READY);
      return Response.status(503).entity(new ModelReady(model, false)).build();
    }
  }

  @GET
  @Path("/config")
  @Operation(summary = "A model as Triton's configuration describes it")
  public ModelConfiguration config(
      @PathParam("model") String model, @PathParam("version") String version) {
    return describe(model, version, this::configuration);
  }

  private ModelConfiguration configuration(View view, ServedModel served) {
    Architecture net = served.manifest().architecture();
    int sample = InputKind.NORMALISED.sampleBytes(net.inputHeight(), net.inputWidth());
    long fitting = Math.max(1, config.maxTensorBody().asLongValue() / sample);
    return ModelConfiguration.of(view, served, (int) Math.min(config.queueCapacity(), fitting));
  }

  @GET
  @Path("/stats")
  @Operation(summary = "Counters of a model since it was loaded")
  public StatisticsView statistics(
      @PathParam("model") String model, @PathParam("version") String version) {
    return describe(
        model,
        version,
        (view, served) -> new StatisticsView(List.of(StatisticsView.of(view.name(), served))));
  }

  @POST
  @Path("/infer")
  @Consumes(MediaType.WILDCARD)
  @Produces({MediaType.APPLICATION_JSON, MediaType.APPLICATION_OCTET_STREAM})
  @Operation(summary = "Logits of normalised tensors, or of encoded images under MODEL-image")
  @RequestBody(ref = "Infer")
  @APIResponse(responseCode = "200", ref = "Inferred")
  public Response infer(
      @Context RoutingContext context,
      @PathParam("model") String model,
      @PathParam("version") String version,
      InputStream request) {
    View view = view(model);
    return infer.infer(
        HttpCall.call(context),
        view,
        target(view, version),
        jsonLength(context),
        request,
        HttpCall.memory(context));
  }

  /**
   * Computes a request of another transport.
   *
   * @param version null for the version in service
   * @param request read after the request is admitted
   * @param memory takes the bytes that are built from the request before they are allocated
   * @param form makes the answer of what was computed
   */
  public <T> T infer(
      Call call,
      String model,
      String version,
      Supplier<InferRequest> request,
      LongConsumer memory,
      BiFunction<InferAnswer, Inference, T> form) {
    View view = view(model);
    infer.admit(call, view);
    ModelTarget target = target(view, version);
    selection.lease(target, call.deadline(), 1).close(); // before anything about the request
    InferRequest read = call.time(Stage.DECODE, request);
    return infer.answer(call, view, target, read, memory, form);
  }

  /** Two different values are rejected: an intermediary may have used the other one. */
  private static Optional<String> jsonLength(RoutingContext context) {
    Set<String> lengths = Set.copyOf(context.request().headers().getAll(InferBody.HEADER));
    if (lengths.size() > 1) {
      throw INVALID_REQUEST.error(
          "%s: expected one value, got %d", InferBody.HEADER, lengths.size());
    }
    return lengths.stream().findFirst();
  }

  private <T> T describe(String model, String version, BiFunction<View, ServedModel, T> form) {
    View view = view(model);
    try (Lease lease = selection.lease(target(view, version))) {
      return form.apply(view, lease.model());
    }
  }

  private View view(String name) {
    return View.of(name, model -> registry.current(model).isPresent());
  }

  private static ModelTarget target(View view, String version) {
    return ModelTarget.of(view.model(), Optional.ofNullable(version));
  }
}
