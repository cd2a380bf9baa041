package io.github.vanillanet.serve.api;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.api.call.BodyStream;
import io.github.vanillanet.serve.api.call.Calls;
import io.github.vanillanet.serve.api.call.InferencePaths;
import io.github.vanillanet.serve.api.call.RefusalPace;
import io.github.vanillanet.serve.api.problem.ProblemAnswer;
import io.github.vanillanet.serve.inference.Admission;
import io.github.vanillanet.serve.inference.BodyMemory;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The way in of images, tensors and requests to the model repository, on the event loop: a request
 * that the queue has no room for is refused by its head, before its body is read; else its body is
 * collected, within a bounded memory, and only then does a thread of its own begin with it,
 * multipart or not. HTTP/2 is let through where somebody switches it on: its requests cannot be
 * handed on once they are read.
 */
@Singleton
final class Intake {

  /** After those that say who may ask at all. */
  private static final int LAST = 10;

  private static final Set<HttpMethod> METHODS = Set.of(HttpMethod.POST, HttpMethod.PUT);

  /** What a client may go on sending after it was refused without losing its connection. */
  private static final long SMALL = 1 << 20;

  private final Admission admission;
  private final BodyMemory memory;
  private final ModelRegistry registry;
  private final Calls calls;
  private final BodyBounds bounds;
  private final RefusalPace pace;
  private final ProblemWriter problems;
  private final Duration patience;

  Intake(
      Admission admission,
      BodyMemory memory,
      ModelRegistry registry,
      Calls calls,
      BodyBounds bounds,
      RefusalPace pace,
      ProblemWriter problems,
      @ConfigProperty(name = "quarkus.http.read-timeout", defaultValue = "60S") Duration patience) {
    this.admission = admission;
    this.memory = memory;
    this.registry = registry;
    this.calls = calls;
    this.bounds = bounds;
    this.pace = pace;
    this.problems = problems;
    this.patience = patience;
  }

  void register(@Observes Filters filters) {
    filters.register(this::arrived, LAST);
  }

  private void arrived(RoutingContext context) {
    Optional<InferencePaths.Target> target =
        METHODS.contains(context.request().method())
            ? InferencePaths.target(
                context.normalizedPath(), name -> registry.live(name).isPresent())
            : Optional.empty();
    if (target.isEmpty() && !isRepositoryRequest(context)) {
      context.next();
      return;
    }
    BodyMemory.Room room;
    try {
      requireRoom(context, target);
      room = room(context, target);
    } catch (ServiceException e) {
      refuseByHead(context, e);
      return;
    }
    context.addEndHandler(ended -> room.close());
    if (context.response().closed()) { // its end was before
      room.close();
    }
    if (isHttp2(context)) {
      context.next();
    } else {
      collect(context, target, room);
    }
  }

  /** Open to everyone, and read by a thread that would wait for a slow client. */
  private static boolean isRepositoryRequest(RoutingContext context) {
    return context.request().method().equals(HttpMethod.POST)
        && context.normalizedPath().startsWith(BodyBounds.REPOSITORY);
  }

  private void requireRoom(RoutingContext context, Optional<InferencePaths.Target> target) {
    if (target.isPresent()) {
      admission.requireRoom(calls.of(context), target.get().model());
    }
  }

  private BodyMemory.Room room(RoutingContext context, Optional<InferencePaths.Target> target) {
    return target.isPresent()
        ? admission.hold(calls.of(context), target.get().model(), length(context))
        : memory.hold(length(context));
  }

  private static boolean isHttp2(RoutingContext context) {
    return context.request().version() == HttpVersion.HTTP_2;
  }

  private void collect(
      RoutingContext context, Optional<InferencePaths.Target> target, BodyMemory.Room room) {
    HttpServerRequest request = context.request();
    if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
      request.response().writeContinue();
    }
    new BodyReader(
            request,
            bounds.at(context.normalizedPath()),
            room,
            body -> collected(context, target, body),
            reason -> stopped(context, target, reason))
        .read(context.vertx(), patience);
  }

  private void stopped(
      RoutingContext context, Optional<InferencePaths.Target> target, ServiceException reason) {
    if (target.isPresent() && reason.code() == ErrorCode.QUEUE_FULL) {
      admission.refused(calls.of(context), target.get().model(), reason);
    }
    problems.writeLast(context, problem(context, reason));
  }

  /** The queue may have filled while the body arrived. */
  private void collected(
      RoutingContext context, Optional<InferencePaths.Target> target, byte[] body) {
    try {
      requireRoom(context, target);
    } catch (ServiceException e) {
      problems.write(context, problem(context, e));
      return;
    }
    BodyStream.put(context, body);
    context.next();
  }

  private void refuseByHead(RoutingContext context, ServiceException reason) {
    ProblemAnswer problem = problem(context, reason);
    long delay = reason.code() == ErrorCode.QUEUE_FULL ? pace.delay().toMillis() : 0;
    if (delay == 0) {
      answer(context, problem);
    } else {
      context.request().pause();
      context.vertx().setTimer(delay, due -> answer(context, problem));
    }
  }

  private void answer(RoutingContext context, ProblemAnswer problem) {
    if (mayGoOn(context)) {
      problems.write(context, problem);
    } else {
      problems.writeLast(context, problem);
    }
  }

  /**
   * Whether the client may use its connection again: what it still sends is little, or is one
   * stream.
   */
  private boolean mayGoOn(RoutingContext context) {
    boolean chunked = context.request().headers().contains(HttpHeaders.TRANSFER_ENCODING);
    return isHttp2(context) || !chunked && length(context) <= SMALL;
  }

  private static ProblemAnswer problem(RoutingContext context, ServiceException reason) {
    return ProblemAnswer.of(reason, context.normalizedPath());
  }

  /** Declared; else nothing yet, or where nobody counts what arrives the most that it may be. */
  private long length(RoutingContext context) {
    HttpServerRequest request = context.request();
    String declared = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (declared != null) {
      return Long.parseLong(declared); // one that is none got no further than BodyLimit
    }
    return isHttp2(context) ? bounds.at(context.normalizedPath()) : 0;
  }
}
