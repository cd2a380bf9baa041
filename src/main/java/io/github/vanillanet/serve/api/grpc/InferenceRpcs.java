package io.github.vanillanet.serve.api.grpc;

import inference.GRPCInferenceServiceGrpc;
import inference.ModelConfigRequest;
import inference.ModelConfigResponse;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ModelMetadataRequest;
import inference.ModelMetadataResponse;
import inference.ModelReadyRequest;
import inference.ModelReadyResponse;
import inference.ModelStatisticsRequest;
import inference.ModelStatisticsResponse;
import inference.ModelStreamInferResponse;
import inference.RepositoryIndexRequest;
import inference.RepositoryIndexResponse;
import inference.RepositoryModelLoadRequest;
import inference.RepositoryModelLoadResponse;
import inference.RepositoryModelUnloadRequest;
import inference.RepositoryModelUnloadResponse;
import inference.ServerLiveRequest;
import inference.ServerLiveResponse;
import inference.ServerMetadataRequest;
import inference.ServerMetadataResponse;
import inference.ServerReadyRequest;
import inference.ServerReadyResponse;
import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.api.http.StageSpans;
import io.github.vanillanet.serve.api.oip.ModelRoutes;
import io.github.vanillanet.serve.api.oip.RepositoryResource;
import io.github.vanillanet.serve.api.oip.ServerResource;
import io.github.vanillanet.serve.api.oip.StatisticsResource;
import io.github.vanillanet.serve.api.oip.TensorLimits;
import io.github.vanillanet.serve.inference.Call;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Singleton;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The calls of the Open Inference Protocol and of Triton's extensions. They run on worker threads,
 * except those about the server, which run on event loops and do not block.
 *
 * @see <a href="https://github.com/kserve/open-inference-protocol">the protocol</a>
 */
@Singleton
final class InferenceRpcs extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {

  private final ServerResource server;
  private final ModelRoutes.OfVersion models;
  private final StatisticsResource statistics;
  private final RepositoryResource repository;
  private final AdminCredentials credentials;
  private final StageSpans spans;
  private final InferMessages messages;

  InferenceRpcs(
      ServerResource server,
      ModelRoutes.OfVersion models,
      StatisticsResource statistics,
      RepositoryResource repository,
      AdminCredentials credentials,
      StageSpans spans,
      ServingConfig config) {
    this.server = server;
    this.models = models;
    this.statistics = statistics;
    this.repository = repository;
    this.credentials = credentials;
    this.spans = spans;
    this.messages = new InferMessages(TensorLimits.of(config));
  }

  @Override
  public void serverLive(ServerLiveRequest request, StreamObserver<ServerLiveResponse> observer) {
    health(observer, health -> ServerLiveResponse.newBuilder().setLive(health.live()).build());
  }

  @Override
  public void serverReady(
      ServerReadyRequest request, StreamObserver<ServerReadyResponse> observer) {
    health(observer, health -> ServerReadyResponse.newBuilder().setReady(health.ready()).build());
  }

  private <A> void health(StreamObserver<A> observer, Function<ServerResource.Health, A> form) {
    server
        .health()
        .subscribe()
        .with(
            health -> answer(observer, () -> form.apply(health)),
            failure -> observer.onError(GrpcErrors.of(failure)));
  }

  @Override
  public void serverMetadata(
      ServerMetadataRequest request, StreamObserver<ServerMetadataResponse> observer) {
    answer(observer, () -> Descriptions.server(server.metadata()));
  }

  /** An unknown model is not ready, as in Triton. */
  @Override
  public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> observer) {
    answer(observer, () -> ModelReadyResponse.newBuilder().setReady(isReady(request)).build());
  }

  private boolean isReady(ModelReadyRequest request) {
    try {
      return models.ready(request.getName(), version(request.getVersion())).getStatus() == 200;
    } catch (ServiceException e) {
      e.rethrowUnless(ErrorCode.MODEL_NOT_FOUND);
      return false;
    }
  }

  @Override
  public void modelMetadata(
      ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> observer) {
    answer(
        observer,
        () ->
            Descriptions.model(models.metadata(request.getName(), version(request.getVersion()))));
  }

  @Override
  public void modelConfig(
      ModelConfigRequest request, StreamObserver<ModelConfigResponse> observer) {
    answer(
        observer,
        () ->
            Descriptions.configuration(
                models.config(request.getName(), version(request.getVersion()))));
  }

  @Override
  public void modelStatistics(
      ModelStatisticsRequest request, StreamObserver<ModelStatisticsResponse> observer) {
    answer(
        observer,
        () ->
            Descriptions.statistics(
                request.getName().isEmpty()
                    ? statistics.statistics()
                    : models.statistics(request.getName(), version(request.getVersion()))));
  }

  @Override
  public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> observer) {
    answer(observer, () -> infer(request, true));
  }

  /** One request is computed at a time; a failed one does not end the stream. */
  @Override
  public StreamObserver<ModelInferRequest> modelStreamInfer(
      StreamObserver<ModelStreamInferResponse> observer) {
    GrpcCall current = GrpcCall.current();
    return new RequestStream(
        (ServerCallStreamObserver<ModelStreamInferResponse>) observer,
        request -> infer(request, false),
        current::next);
  }

  private ModelInferResponse infer(ModelInferRequest request, boolean first) {
    GrpcCall current = GrpcCall.current();
    Call call = current.inference(first);
    return spans.record(
        GRPCInferenceServiceGrpc.getModelInferMethod().getFullMethodName(),
        current::header,
        call,
        () ->
            models.infer(
                call,
                request.getModelName(),
                version(request.getModelVersion()),
                () -> messages.request(request, current::allocate),
                current::allocate,
                InferMessages::answer));
  }

  @Override
  public void repositoryIndex(
      RepositoryIndexRequest request, StreamObserver<RepositoryIndexResponse> observer) {
    answer(observer, () -> Descriptions.index(repository.index(request.getReady())));
  }

  @Override
  public void repositoryModelLoad(
      RepositoryModelLoadRequest request, StreamObserver<RepositoryModelLoadResponse> observer) {
    answer(
        observer,
        () -> {
          credentials.require(GrpcCall.current());
          repository.load(request.getModelName(), request.getParametersMap().keySet());
          return RepositoryModelLoadResponse.getDefaultInstance();
        });
  }

  @Override
  public void repositoryModelUnload(
      RepositoryModelUnloadRequest request,
      StreamObserver<RepositoryModelUnloadResponse> observer) {
    answer(
        observer,
        () -> {
          credentials.require(GrpcCall.current());
          repository.unload(request.getModelName(), request.getParametersMap().keySet());
          return RepositoryModelUnloadResponse.getDefaultInstance();
        });
  }

  /** The protocol has an empty version where a path has none. */
  private static String version(String sent) {
    return sent.isEmpty() ? null : sent;
  }

  private static <A> void answer(StreamObserver<A> observer, Supplier<A> work) {
    A answer;
    try {
      answer = work.get();
    } catch (RuntimeException | Error e) {
      observer.onError(GrpcErrors.of(e));
      return;
    }
    observer.onNext(answer);
    observer.onCompleted();
  }
}
