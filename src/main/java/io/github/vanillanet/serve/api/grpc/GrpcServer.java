package io.github.vanillanet.serve.api.grpc;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import inference.GRPCInferenceServiceGrpc;
import io.github.vanillanet.base.config.ConnectionsConfig;
import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.serve.api.http.BodyPace;
import io.github.vanillanet.serve.api.oip.ServerResource;
import io.github.vanillanet.serve.inference.BodyMemory;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.grpc.BindableService;
import io.grpc.DecompressorRegistry;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerInterceptors;
import io.grpc.ServerStreamTracer;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.grpc.MetricCollectingServerInterceptor;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.quarkus.runtime.ExecutorRecorder;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * The server behind the gRPC port, with its limits on clients. Calls run on the worker threads of
 * HTTP, except health checks, which answer while all of them are busy.
 */
@Singleton
final class GrpcServer {

  private static final Logger LOG = Logger.getLogger(GrpcServer.class);

  private static final int WINDOW_BYTES = 1 << 20;
  private static final int MAX_HEADER_BYTES = 32 * 1024;
  private static final long CHECK_MILLIS = 500;

  /** A client that cancels more calls of a connection within the window is disconnected. */
  private static final int MAX_RESETS = 400;

  private static final int RESET_WINDOW_SECONDS = 30;

  /** A client that pings more often is disconnected. */
  private static final Duration MIN_KEEP_ALIVE = Duration.ofSeconds(10);

  private static final Set<String> ON_EVENT_LOOP =
      Set.of(
          HealthGrpc.getCheckMethod().getFullMethodName(),
          HealthGrpc.getWatchMethod().getFullMethodName(),
          GRPCInferenceServiceGrpc.getServerLiveMethod().getFullMethodName(),
          GRPCInferenceServiceGrpc.getServerReadyMethod().getFullMethodName());

  private final ServingConfig config;
  private final ConnectionsConfig limits;
  private final BindableService rpcs;
  private final ServerResource health;
  private final BodyMemory memory;
  private final ServingMetrics metrics;
  private final MeterRegistry meters;
  private final Ticker ticker;
  private final GrpcTls tls;
  private final String host;
  private final BodyPace pace;
  private final AcceptedConnections connections;
  private final HealthStatusManager statuses = new HealthStatusManager();
  private final Set<GrpcCall> calls = ConcurrentHashMap.newKeySet();
  private final EventLoopGroup loops =
      new NioEventLoopGroup(
          Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
          new DefaultThreadFactory("grpc"));
  private Server server;

  GrpcServer(
      ServingConfig config,
      InferenceRpcs rpcs,
      ServerResource health,
      BodyMemory memory,
      ServingMetrics metrics,
      MeterRegistry meters,
      Ticker ticker,
      GrpcTls tls,
      @ConfigProperty(name = "quarkus.http.host") String host) {
    this.config = config;
    this.limits = config.connections();
    this.rpcs = rpcs;
    this.health = health;
    this.memory = memory;
    this.metrics = metrics;
    this.meters = meters;
    this.ticker = ticker;
    this.tls = tls;
    this.host = host;
    this.pace = BodyPace.of(config.body(), config.body().longest());
    this.connections = new AcceptedConnections(limits.max());
  }

  void start(int port) {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(host, port))
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops)
            .channelFactory(connections::port)
            .executor(Runnable::run) // finds the method of each call on the event loop
            .callExecutor(GrpcServer::executor)
            .addStreamTracerFactory(new Tracers())
            .decompressorRegistry(
                DecompressorRegistry.getDefaultInstance().with(new Deflate(), true))
            .maxInboundMessageSize((int) Math.min(maxMessage(), Integer.MAX_VALUE))
            .maxInboundMetadataSize(MAX_HEADER_BYTES)
            .maxConcurrentCallsPerConnection(2 * config.queueCapacity())
            .maxRstFramesPerWindow(MAX_RESETS, RESET_WINDOW_SECONDS)
            .flowControlWindow(WINDOW_BYTES)
            .handshakeTimeout(limits.headTimeout().toMillis(), TimeUnit.MILLISECONDS)
            .maxConnectionIdle(limits.idleTimeout().toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTime(limits.writeTimeout().toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTimeout(limits.writeTimeout().toMillis(), TimeUnit.MILLISECONDS)
            .permitKeepAliveTime(MIN_KEEP_ALIVE.toMillis(), TimeUnit.MILLISECONDS)
            .permitKeepAliveWithoutCalls(true);
    tls.context().ifPresent(builder::sslContext);
    add(builder, rpcs);
    add(builder, statuses.getHealthService());
    add(builder, ProtoReflectionServiceV1.newInstance());
    add(builder, ProtoReflectionService.newInstance()); // v1alpha, which older clients use
    try {
      server = builder.build().start();
    } catch (IOException e) {
      throw BAD_CONFIGURATION.error(
          "vanillanet.grpc.port=%d cannot be opened at %s: %s", port, host, e.getMessage());
    }
    check();
    loops.scheduleWithFixedDelay(this::check, CHECK_MILLIS, CHECK_MILLIS, TimeUnit.MILLISECONDS);
    LOG.infof("gRPC: port %d%s", port(), tls.context().isPresent() ? " with TLS" : "");
  }

  private long maxMessage() {
    return Math.max(config.maxTensorBody().asLongValue(), config.maxImageBody().asLongValue());
  }

  private void add(NettyServerBuilder builder, BindableService service) {
    builder.addService(
        ServerInterceptors.intercept(
            CountedMarshaller.count(service.bindService()),
            new CallGuard(),
            new MetricCollectingServerInterceptor(meters)));
  }

  /** The worker threads; null leaves a call on the event loop. */
  private static <Q, A> Executor executor(ServerCall<Q, A> call, Metadata headers) {
    boolean onEventLoop = ON_EVENT_LOOP.contains(call.getMethodDescriptor().getFullMethodName());
    return onEventLoop ? null : ExecutorRecorder.getCurrent();
  }

  int port() {
    return server.getPort();
  }

  /** Rejects slow clients, closes connections with unread answers, and updates the health. */
  private void check() {
    for (GrpcCall call : calls) {
      call.require(pace, limits.idleTimeout());
      if (call.isUnread(limits.writeTimeout())) {
        call.client().ifPresent(connections::close);
      }
    }
    health.health().subscribe().with(now -> report(now.ready()), failure -> report(false));
  }

  private void report(boolean ready) {
    ServingStatus status = ready ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
    statuses.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
    statuses.setStatus(GRPCInferenceServiceGrpc.SERVICE_NAME, status);
  }

  /** Closes the port, and makes clients reconnect elsewhere. Calls in flight continue. */
  void reject() {
    statuses.enterTerminalState();
    server.shutdown();
  }

  /** Rejects new calls, finishes those in flight within the given time, and joins the threads. */
  void close(Duration timeout) throws InterruptedException {
    reject();
    if (!server.awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
      server.shutdownNow().awaitTermination();
    }
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
  }

  private final class Tracers extends ServerStreamTracer.Factory {
    @Override
    public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
      return new GrpcCall(headers, ticker, memory, metrics, calls);
    }
  }
}
