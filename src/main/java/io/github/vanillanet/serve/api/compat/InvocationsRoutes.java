package io.github.vanillanet.serve.api.compat;

import io.github.vanillanet.serve.api.http.BodyStream;
import io.github.vanillanet.serve.inference.ModelTarget;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.io.InputStream;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * Predictions of the default model for Amazon SageMaker and Vertex AI. {@code GET /ping} is their
 * health check.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html">
 *     SageMaker's contract with containers</a>
 */
@Path("/invocations")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "SageMaker and Vertex AI")
public final class InvocationsRoutes {

  private final JsonImages images;

  InvocationsRoutes(JsonImages images) {
    this.images = images;
  }

  @POST
  @Consumes(MediaType.WILDCARD)
  @Operation(summary = "Classify an image, an image in base64, or images in JSON: the best labels")
  @RequestBody(ref = "EncodedImage")
  @APIResponse(responseCode = "200", ref = "BestLabels")
  public Object invoke(@Context RoutingContext context, InputStream body) {
    return images.classify(context, ModelTarget.of(Optional.empty()), BodyStream.bytes(body));
  }
}
