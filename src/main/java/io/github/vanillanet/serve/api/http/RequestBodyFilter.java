package io.github.vanillanet.serve.api.http;

import io.github.vanillanet.base.config.BodyConfig;
import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.serve.inference.BodyMemory;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import jakarta.enterprise.inject.Instance;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.ext.Provider;
import java.util.Optional;
import java.util.Set;

/**
 * Prepares the body for its route: sets a content type if there is none, hands over the collected
 * body or limits one that is still arriving, and inflates a compressed one within the same limit.
 */
@Provider
@PreMatching
public final class RequestBodyFilter implements ContainerRequestFilter {

  private static final MediaType FORM = MediaType.APPLICATION_FORM_URLENCODED_TYPE;
  private static final Set<String> WITHOUT_BODY =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

  private final CurrentVertxRequest current;
  private final Instance<ServingConfig> config;
  private final Instance<ServingMetrics> metrics;
  private final WorkSlices slices = new WorkSlices(Runtime.getRuntime().availableProcessors());

  /** The build constructs this filter, before there are settings. */
  RequestBodyFilter(
      CurrentVertxRequest current,
      Instance<ServingConfig> config,
      Instance<ServingMetrics> metrics) {
    this.current = current;
    this.config = config;
    this.metrics = metrics;
  }

  @Override
  public void filter(ContainerRequestContext request) {
    HttpCall call = HttpCall.of(current.getCurrent());
    try { // RFC 9110, section 8.3: content without a type is bytes, not any type that fits the path
      MediaType type = request.getMediaType();
      boolean unknown =
          type == null || type.isCompatible(FORM); // the default of curl --data-binary
      if (unknown && call.inference.isPresent()) {
        request
            .getHeaders()
            .putSingle(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_OCTET_STREAM);
      }
    } catch (IllegalArgumentException e) { // the router would answer 500 to an unparseable type
      throw new NotSupportedException(e);
    }
    boolean spooled = call.api == Api.TRAINING_UPLOAD;
    long limit =
        spooled && !MediaType.MULTIPART_FORM_DATA_TYPE.isCompatible(request.getMediaType())
            ? Api.COMMAND_BODY_BYTES
            : call.bodyLimit;
    if (call.body.isPresent()) {
      request.setEntityStream(call.body.get());
      call.body = Optional.empty();
    } else if (!WITHOUT_BODY.contains(request.getMethod())) {
      request.setEntityStream(new BoundedStream(request.getEntityStream(), limit));
    }
    String encoding = request.getHeaderString(HttpHeaders.CONTENT_ENCODING);
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      BodyConfig body = config.get().body();
      WorkSlices.Slice slice = slices.slice();
      call.context.addEndHandler(answered -> slice.close()); // if the route reads only a part
      request.setEntityStream(
          new InflatedStream(
              new BoundedStream(request.getEntityStream(), call.bodyLimit),
              encoding,
              new InflatedStream.Limits(limit, body.maxRatio(), body.ratioFloor().asLongValue()),
              memory(spooled ? Optional.empty() : call.room),
              slice,
              metrics.get()));
    }
  }

  private static InflatedStream.Memory memory(Optional<BodyMemory.Room> counted) {
    if (counted.isEmpty()) {
      return (bytes, dense) -> {};
    }
    BodyMemory.Room room = counted.get();
    return (bytes, dense) -> {
      if (dense) {
        room.addDense(bytes);
      } else {
        room.add(bytes);
      }
    };
  }
}
