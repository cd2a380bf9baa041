package io.github.vanillanet.serve.api.call;

import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.serve.inference.Call;
import io.github.vanillanet.serve.metrics.Timings;
import io.opentelemetry.context.Context;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Optional;

/**
 * Makes the {@link Call} of an HTTP request: its clock runs from the arrival of the head, its
 * deadline is read off header and query, it is abandoned when the connection closes, and the answer
 * and its trace tell its stages and its model.
 */
@Singleton
public final class Calls {

  /** Before every other handler. */
  private static final int FIRST = 2000;

  private static final String ARRIVED = "vanillanet.arrived";
  private static final String CALL = "vanillanet.call";

  private final Ticker ticker;
  private final StageSpans spans;

  Calls(Ticker ticker, StageSpans spans) {
    this.ticker = ticker;
    this.spans = spans;
  }

  void register(@Observes Filters filters) {
    filters.register(this::arrived, FIRST);
  }

  private void arrived(RoutingContext context) {
    context.put(ARRIVED, ticker.nanos());
    context.next();
  }

  /**
   * The call of this request, the same one whenever it is asked for.
   *
   * @throws io.github.vanillanet.base.error.ServiceException {@code INVALID_REQUEST} if its budget
   *     is none
   */
  public Call of(RoutingContext context) {
    Optional<Call> known = Optional.ofNullable(context.get(CALL));
    return known.orElseGet(() -> limited(context));
  }

  private Call limited(RoutingContext context) {
    Call call = timed(context);
    Budget.inHeader(context.request().getHeader(Budget.HEADER)).ifPresent(call::limit);
    Budget.inQuery(context.request().getParam(Budget.QUERY)).ifPresent(call::limit);
    return call;
  }

  /** Has the answer tell its time, whatever budget the request asks for: one that is refused. */
  public Call timed(RoutingContext context) {
    Optional<Long> arrived = Optional.ofNullable(context.get(ARRIVED));
    Call call = new Call(ticker, arrived.orElseGet(ticker::nanos));
    context.put(CALL, call);
    Context trace = spans.current();
    context.addHeadersEndHandler(sending -> describe(call, context.response().headers(), trace));
    context.addEndHandler(ended -> call.abandon()); // after an answer this does nothing
    if (context.response().closed()) {
      call.abandon();
    }
    return call;
  }

  private void describe(Call call, MultiMap headers, Context trace) {
    Timings timings = call.clock().read();
    headers.set("Server-Timing", ServerTiming.of(timings));
    spans.record(trace, timings, call.answeredBy());
    call.answeredBy().map(ModelId::name).ifPresent(name -> headers.set("X-Model", name));
  }
}
