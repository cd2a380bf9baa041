package io.github.vanillanet.serve.api.http;

import io.github.vanillanet.base.config.BodyConfig;
import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.serve.inference.BodyMemory;
import io.github.vanillanet.serve.inference.ClassificationService;
import io.github.vanillanet.serve.metrics.BodyRejection;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.github.vanillanet.serve.registry.ServedModel;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;

/**
 * Admits requests with images, tensors, or repository commands, and collects their bodies, before a
 * worker thread runs. Rejects a request before its body if the model's queue would reject it, and
 * while the body arrives if it is too slow. Other requests are watched while their routes read.
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
  private final ServingMetrics metrics;
  private final Ticker ticker;
  private final BodyPace pace;
  private final BodyPace uploadPace;

  BodyAdmission(
      ClassificationService service,
      BodyMemory memory,
      ModelRegistry registry,
      RejectionDelay rejectionDelay,
      StageSpans spans,
      ErrorWriter errors,
      ServingMetrics metrics,
      Ticker ticker,
      ServingConfig config) {
    this.service = service;
    this.memory = memory;
    this.registry = registry;
    this.rejectionDelay = rejectionDelay;
    this.spans = spans;
    this.errors = errors;
    this.metrics = metrics;
    this.ticker = ticker;
    BodyConfig body = config.body();
    this.pace = BodyPace.of(body, body.longest());
    this.uploadPace = BodyPace.of(body, body.longestUpload());
  }

  void admit(RoutingContext context) {
    HttpCall call = HttpCall.of(context);
    if (call.infers()) {
      admitInference(call);
    } else if (isRepositoryCommand(call)) {
      collect(call, Optional.empty());
    } else {
      if (call.hasBody()) {
        watch(call);
      }
      context.next();
    }
  }

  private void admitInference(HttpCall call) {
    ServedModel model;
    try {
      call.describeAnswer(spans);
      call.readOptions();
      model = service.admit(call.call, model(call));
    } catch (ServiceException e) {
      rejectByHead(call, e);
      return;
    }
    collect(call, Optional.of(model));
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

  private void collect(HttpCall call, Optional<ServedModel> model) {
    HttpServerRequest request = call.request;
    if (call.http2) {
      passOn(call, model);
      return;
    }
    if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
      call.context.response().writeContinue();
    }
    BodyStream stream =
        new BodyStream(
            request,
            call.bodyLimit,
            memory,
            body -> {
              call.body = Optional.of(body);
              call.context.next();
            },
            reason -> bodyRejected(call, model, reason));
    hold(call, stream.room);
    long started = ticker.nanos();
    stream.collect(call.context.vertx(), received -> violation(call, pace, received, started));
  }

  /** Reserves memory for a body that its route reads: its length, or the limit if unknown. */
  private void passOn(HttpCall call, Optional<ServedModel> model) {
    BodyMemory.Room room = new BodyMemory.Room(memory, () -> {});
    hold(call, room);
    try {
      room.add(call.declaredBytes == 0 ? call.bodyLimit : call.declaredBytes);
    } catch (ServiceException e) {
      bodyRejected(call, model, e);
      return;
    }
    watch(call);
    call.context.next();
  }

  /** Releases the room when the request is answered or its client is gone. */
  private static void hold(HttpCall call, BodyMemory.Room room) {
    call.room = Optional.of(room);
    call.context.addEndHandler(ended -> room.close());
    if (call.context.response().closed()) { // the end handlers ran before this one was added
      room.close();
    }
  }

  private Optional<ServiceException> violation(
      HttpCall call, BodyPace pace, long received, long started) {
    return pace.violation(received, call.declaredBytes, Duration.ofNanos(ticker.nanos() - started));
  }

  /** Checks the pace of a body that its route reads, or that is discarded. */
  private void watch(HttpCall call) {
    Vertx vertx = call.context.vertx();
    BodyPace required = call.api == Api.TRAINING_UPLOAD ? uploadPace : pace;
    long started = ticker.nanos();
    vertx.setPeriodic(
        BodyStream.CHECK_MILLIS,
        timer -> {
          if (call.request.isEnded() || call.context.response().closed()) {
            vertx.cancelTimer(timer);
            return;
          }
          violation(call, required, call.request.bytesRead(), started)
              .ifPresent(
                  reason -> {
                    vertx.cancelTimer(timer);
                    rejectWatched(call, reason);
                  });
        });
  }

  private void rejectWatched(HttpCall call, ServiceException reason) {
    metrics.rejected(BodyRejection.SLOW);
    if (!call.context.response().headWritten()) {
      errors.writeAndClose(call, HttpError.of(reason));
    } else if (call.http2) {
      call.context.response().reset();
    } else {
      call.request.connection().close();
    }
  }

  private void bodyRejected(HttpCall call, Optional<ServedModel> model, ServiceException reason) {
    if (reason.code() == ErrorCode.QUEUE_FULL) {
      countRejected(call, model, reason);
    } else if (reason.code() == ErrorCode.BODY_TOO_SLOW) {
      metrics.rejected(BodyRejection.SLOW);
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
