package io.github.vanillanet.serve.api.http;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.inference.Admission;
import io.github.vanillanet.serve.inference.BodyMemory;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Admits requests with images, tensors, or repository commands, and collects their bodies, before a
 * worker thread takes them. A request that the model's queue would reject is rejected by its head.
 *
 * <p>HTTP/2 requests, disabled by default, are admitted but not collected: Vert.x cannot hand them
 * on after they were read.
 */
@Singleton
final class BodyAdmission {

  private final Admission admission;
  private final BodyMemory memory;
  private final ModelRegistry registry;
  private final RejectionDelay rejectionDelay;
  private final ResponseDescription descriptions;
  private final ErrorWriter errors;
  private final Duration idleTimeout;

  /**
   * @param idleTimeout how long a client may send nothing
   */
  BodyAdmission(
      Admission admission,
      BodyMemory memory,
      ModelRegistry registry,
      RejectionDelay rejectionDelay,
      ResponseDescription descriptions,
      ErrorWriter errors,
      @ConfigProperty(name = "quarkus.http.read-timeout", defaultValue = "60S")
          Duration idleTimeout) {
    this.admission = admission;
    this.memory = memory;
    this.registry = registry;
    this.rejectionDelay = rejectionDelay;
    this.descriptions = descriptions;
    this.errors = errors;
    this.idleTimeout = idleTimeout;
  }

  void admit(RoutingContext context) {
    HttpCall call = HttpCall.of(context);
    boolean infers = call.infers();
    if (!infers && !isRepositoryCommand(call)) {
      context.next();
      return;
    }
    BodyMemory.Room room;
    try {
      room = infers ? admitInference(call) : memory.hold(expectedBytes(call));
    } catch (ServiceException e) {
      rejectByHead(call, e);
      return;
    }
    context.addEndHandler(ended -> room.close());
    if (context.response().closed()) { // the end handlers ran before this one was added
      room.close();
    }
    if (call.isHttp2()) {
      context.next();
    } else {
      collect(call, room);
    }
  }

  private static boolean isRepositoryCommand(HttpCall call) {
    return call.api() == Api.OIP_REPOSITORY && call.request().method() == HttpMethod.POST;
  }

  private BodyMemory.Room admitInference(HttpCall call) {
    descriptions.describe(call);
    call.readBudget();
    return admission.admit(call.call(), model(call), expectedBytes(call));
  }

  private Optional<String> model(HttpCall call) {
    Optional<String> name = call.inference().orElseThrow().model();
    return call.api() == Api.OIP
        ? name.map(view -> Api.modelOfView(view, model -> registry.current(model).isPresent()))
        : name;
  }

  /** Content-Length; if absent, 0, or over HTTP/2, where nothing counts the bytes, the limit. */
  private static long expectedBytes(HttpCall call) {
    long declared = call.declaredBytes();
    return declared == 0 && call.isHttp2() ? call.bodyLimit() : declared;
  }

  private void collect(HttpCall call, BodyMemory.Room room) {
    HttpServerRequest request = call.request();
    if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
      call.response().writeContinue();
    }
    new BodyCollector(
            request,
            call.bodyLimit(),
            room,
            body -> {
              call.body(body);
              call.context().next();
            },
            reason -> bodyRejected(call, reason))
        .start(call.context().vertx(), idleTimeout);
  }

  private void bodyRejected(HttpCall call, ServiceException reason) {
    if (call.infers() && reason.code() == ErrorCode.QUEUE_FULL) {
      admission.countRejected(call.call(), model(call), reason);
    }
    errors.writeAndClose(call, HttpError.of(reason));
  }

  private void rejectByHead(HttpCall call, ServiceException reason) {
    HttpError error = HttpError.of(reason);
    long delay = reason.code() == ErrorCode.QUEUE_FULL ? rejectionDelay.next().toMillis() : 0;
    if (delay == 0) {
      errors.writeUnread(call, error);
    } else {
      call.request().pause();
      call.context().vertx().setTimer(delay, due -> errors.writeUnread(call, error));
    }
  }
}
