package io.github.vanillanet.app;

import io.github.vanillanet.serve.inference.Classification;
import io.github.vanillanet.serve.inference.Prediction;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** Answers the requests of {@link WarmUp} like {@code /classify}, but without a model. */
@Path(WarmUpResource.PATH)
@Produces(MediaType.APPLICATION_JSON)
@Blocking
public final class WarmUpResource {

  /** The path is below {@code /v2/repository}, where bodies are collected like images. */
  static final String PATH = "/v2/repository/.warm-up";

  private static final int PREDICTIONS = 5;

  private final WarmUp warmUp;

  WarmUpResource(WarmUp warmUp) {
    this.warmUp = warmUp;
  }

  @POST
  @Path("/{key}")
  @Consumes("image/*")
  @Operation(hidden = true)
  public Classification answer(@PathParam("key") String key, InputStream body) throws IOException {
    if (!warmUp.isOwn(key)) {
      throw new NotFoundException();
    }
    Random random = new Random(body.readAllBytes().length);
    List<Prediction> predictions =
        IntStream.range(0, PREDICTIONS)
            .mapToObj(index -> new Prediction(index, "class " + index, random.nextDouble()))
            .toList();
    return new Classification(
        "warm-up",
        1,
        false,
        "float32",
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        predictions);
  }
}
