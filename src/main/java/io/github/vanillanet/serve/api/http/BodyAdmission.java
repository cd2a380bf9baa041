package io.github.vanillanet.serve.api.http;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.inference.BodyMemory;
import io.github.vanillanet.serve.inference.ClassificationService;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.github.vanillanet.serve.registry.ServedModel;
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
 * worker thread runs. Rejects a request before its body if the model's queue would reject it.
 *
 * <p>HTTP/2 requests, disabled by default, are admitted but not collected: Vert.x cannot pass on a
 * body that was already read.
 */
@Singleton
final class BodyAdmission {

  private final ClassificationService service;
  private final BodyMemory memory;
  private final ModelRegistry registry;
  private final RejectionDelay rejectionDelay;
  private final StageSpans spans;
  private final ErrorWriter errors;
  private final Duration idleTimeout;

  /**
   * @param idleTimeout longest pause while a client sends
   */
  BodyAdmission(
      ClassificationService service,
      BodyMemory memory,
      ModelRegistry registry,
      RejectionDelay rejectionDelay,
      StageSpans spans,
      ErrorWriter errors,
      @ConfigProperty(name = "quarkus.http.read-timeout", defaultValue = "60S")
          Duration idleTimeout) {
    this.service = service;
    this.memory = memory;
    this.registry = registry;
    this.rejectionDelay = rejectionDelay;
    this.spans = spans;
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
    Optional<ServedModel> model = Optional.empty();
    BodyMemory.Room room;
    try {
      if (infers) {
        call.describeAnswer(spans);
        call.readBudget();
        model = service.admit(call.call, model(call));
      }
      boolean uncounted = call.http2 && call.declaredBytes == 0; // nothing counts its bytes
      room = new BodyMemory.Room(memory, uncounted ? call.bodyLimit : call.declaredBytes);
    } catch (ServiceException e) {
      countRejected(call, model, e);
      rejectByHead(call, e);
      return;
    }
    context.addEndHandler(ended -> room.close());
    if (context.response().closed()) { // the end handlers ran before this one was added
      room.close();
    }
    if (call.http2) {
      context.next();
    } else {
      collect(call, room, model);
    }
  }

  private static boolean isRepositoryCommand(HttpCall call) {
    return call.api == Api.OIP_REPOSITORY && call.request.method() == HttpMethod.POST;
  }

  private void countRejected(HttpCall call, Optional<ServedModel> model, ServiceException reason) {
    model.ifPresent(served -> service.countRejected(call.call, served, reason));
  }

  private Optional<String> model(HttpCall call) {
    Optional<String> name = call.inference.map(match -> match.group(1));
    return call.api == Api.OIP
        ? name.map(view -> Api.modelOfView(view, model -> registry.current(model).isPresent()))
        : name;
  }

  private void collect(HttpCall call, BodyMemory.Room room, Optional<ServedModel> model) {
    HttpServerRequest request = call.request;
    if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
      call.context.response().writeContinue();
    }
    new BodyStream(
            request,
            call.bodyLimit,
            room,
            body -> {
              call.body = Optional.of(body);
              call.context.next();
            },
            reason -> bodyRejected(call, model, reason))
        .collect(call.context.vertx(), idleTimeout);
  }

  private void bodyRejected(HttpCall call, Optional<ServedModel> model, ServiceException reason) {
    if (reason.code() == ErrorCode.QUEUE_FULL) {
      countRejected(call, model, reason);
    }
    errors.writeAndClose(call, HttpError.of(reason));
  }

  private void rejectByHead(HttpCall call, ServiceException reason) {
    HttpError error = HttpError.of(reason);
    long delay = reason.code() == ErrorCode.QUEUE_FULL ? rejectionDelay.next().toMillis() : 0;
    if (delay == 0) {
      errors.writeUnread(call, error);
    } else {
      call.request.pause();
      call.context.vertx().setTimer(delay, due -> errors.writeUnread(call, error));
    }
  }
}
