package io.github.vanillanet.serve.api.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** Connects handlers with their {@link GrpcCall}, which may answer a call before they do. */
final class CallGuard implements ServerInterceptor {

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    GrpcCall current = GrpcCall.current();
    Guarded<Q, A> guarded = new Guarded<>(call, current);
    current.handle(
        call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR),
        call::isCancelled,
        !call.getMethodDescriptor().getType().clientSendsOneMessage(),
        reason -> {
          StatusRuntimeException answer = GrpcErrors.of(reason);
          guarded.close(answer.getStatus(), trailers(answer));
        });
    return new SimpleForwardingServerCallListener<>(next.startCall(guarded, headers)) {
      @Override
      public void onMessage(Q message) {
        if (current.rejection().isEmpty()) {
          super.onMessage(message);
        }
      }
    };
  }

  private static Metadata trailers(StatusRuntimeException answer) {
    return answer.getTrailers() == null ? new Metadata() : answer.getTrailers();
  }

  /** A call that ignores answers after its first one. Thread-safe. */
  private static final class Guarded<Q, A> extends SimpleForwardingServerCall<Q, A> {

    private final GrpcCall current;
    private boolean closed; // guarded by this

    Guarded(ServerCall<Q, A> call, GrpcCall current) {
      super(call);
      this.current = current;
    }

    @Override
    public synchronized void sendHeaders(Metadata headers) {
      if (!closed) {
        super.sendHeaders(headers);
      }
    }

    @Override
    public synchronized void sendMessage(A message) {
      if (!closed) {
        super.sendMessage(message);
      }
    }

    @Override
    public synchronized void close(Status status, Metadata trailers) {
      if (!closed) {
        closed = true;
        current.answered();
        super.close(status, trailers);
      }
    }
  }
}
