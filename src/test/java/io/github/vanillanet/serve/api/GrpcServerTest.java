package io.github.vanillanet.serve.api;

import static org.assertj.core.api.Assertions.assertThat;

import inference.GRPCInferenceServiceGrpc;
import inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import inference.ModelConfigRequest;
import inference.ModelMetadataRequest;
import inference.ModelReadyRequest;
import inference.ModelRepositoryParameter;
import inference.ModelStatisticsRequest;
import inference.RepositoryIndexRequest;
import inference.RepositoryModelLoadRequest;
import inference.RepositoryModelUnloadRequest;
import inference.ServerLiveRequest;
import inference.ServerMetadataRequest;
import inference.ServerReadyRequest;
import io.github.vanillanet.serve.api.admin.AdminProfile;
import io.github.vanillanet.serve.scheduler.Eventually;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.jwt.build.Jwt;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Descriptions, administration, health, metrics and traces over gRPC. */
@QuarkusTest
@TestProfile(GrpcCalls.Opened.class)
class GrpcServerTest extends GrpcCalls {

  @Test
  void serverAndModelsAreDescribed() {
    var metadata =
        client.modelMetadata(ModelMetadataRequest.newBuilder().setName(MODEL + "-image").build());
    var config = client.modelConfig(ModelConfigRequest.newBuilder().setName(MODEL).build());
    client.modelInfer(golden().build());
    var one = client.modelStatistics(ModelStatisticsRequest.newBuilder().setName(MODEL).build());
    var all = client.modelStatistics(ModelStatisticsRequest.getDefaultInstance());
    var index = client.repositoryIndex(RepositoryIndexRequest.getDefaultInstance());

    assertThat(client.serverLive(ServerLiveRequest.getDefaultInstance()).getLive()).isTrue();
    assertThat(client.serverReady(ServerReadyRequest.getDefaultInstance()).getReady()).isTrue();
    assertThat(
            client.serverMetadata(ServerMetadataRequest.getDefaultInstance()).getExtensionsList())
        .contains("classification", "statistics");
    for (String ready : List.of(MODEL, MODEL + "-image", "unknown")) {
      assertThat(
              client.modelReady(ModelReadyRequest.newBuilder().setName(ready).build()).getReady())
          .isEqualTo(!ready.equals("unknown"));
    }
    assertThat(metadata.getInputs(0).getDatatype()).isEqualTo("BYTES");
    assertThat(metadata.getInputs(0).getShapeList()).containsExactly(-1L, 1L);
    assertThat(config.getConfig().getInput(0).getDataTypeValue()).isEqualTo(11);
    assertThat(config.getConfig().getInput(0).getDimsList()).containsExactly(3L, 64L, 64L);
    assertThat(one.getModelStats(0).getInferenceStats().getSuccess().getCount()).isPositive();
    assertThat(all.getModelStatsCount()).isEqualTo(2);
    assertThat(index.getModelsList()).anyMatch(model -> model.getState().equals("READY"));
    assertThat(failure(() -> client.modelMetadata(ModelMetadataRequest.getDefaultInstance())))
        .satisfies(
            failure -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
  }

  @Test
  void onlyAnAdministratorLoadsAndUnloadsModels() throws Exception {
    RepositoryModelUnloadRequest unload =
        RepositoryModelUnloadRequest.newBuilder().setModelName(TwoSmallModels.OTHER).build();
    RepositoryModelLoadRequest load =
        RepositoryModelLoadRequest.newBuilder().setModelName(TwoSmallModels.OTHER).build();

    assertThat(failure(() -> client.repositoryModelUnload(unload)).getStatus().getCode())
        .isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(failure(() -> as("chief:no").repositoryModelLoad(load)).getStatus().getCode())
        .isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(failure(() -> as("guest:hello").repositoryModelLoad(load)).getStatus().getCode())
        .isEqualTo(Status.Code.PERMISSION_DENIED);

    assertThat(failure(() -> bearing("garbled").repositoryModelLoad(load)).getStatus().getCode())
        .isEqualTo(Status.Code.UNAUTHENTICATED);
    String reader = token("reader");
    assertThat(failure(() -> bearing(reader).repositoryModelLoad(load)).getStatus().getCode())
        .isEqualTo(Status.Code.PERMISSION_DENIED);

    bearing(token("admin")).repositoryModelUnload(unload);
    assertThat(registry.current(TwoSmallModels.OTHER)).isEmpty();
    as("chief:open sesame").repositoryModelLoad(load);
    assertThat(registry.current(TwoSmallModels.OTHER)).isPresent();
    requireFailure(
        () ->
            as("chief:open sesame")
                .repositoryModelLoad(
                    load.toBuilder()
                        .putParameters("config", ModelRepositoryParameter.getDefaultInstance())
                        .build()),
        Status.Code.INVALID_ARGUMENT,
        "INVALID_REQUEST");
  }

  @Test
  void healthAndReflectionAreServed() throws Exception {
    for (String service : List.of("", GRPCInferenceServiceGrpc.SERVICE_NAME)) {
      HealthCheckRequest check = HealthCheckRequest.newBuilder().setService(service).build();
      Eventually.becomes(
          () ->
              HealthGrpc.newBlockingStub(channel).check(check).getStatus()
                  == ServingStatus.SERVING);
    }
    Answers<ServerReflectionResponse> answers = new Answers<>();
    StreamObserver<ServerReflectionRequest> requests =
        ServerReflectionGrpc.newStub(channel).serverReflectionInfo(answers);
    requests.onNext(
        ServerReflectionRequest.newBuilder()
            .setFileContainingSymbol(GRPCInferenceServiceGrpc.SERVICE_NAME)
            .build());
    requests.onCompleted();

    assertThat(answers.await().get(0).getFileDescriptorResponse().getFileDescriptorProtoCount())
        .isPositive();
  }

  @Test
  void callsAreMeasuredAndTraced() {
    spans.reset();
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER),
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

    client
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
        .modelInfer(images(Service.jpeg()).build());

    Eventually.becomes(
        () ->
            spans.getFinishedSpanItems().stream()
                .map(SpanData::getName)
                .toList()
                .contains("inference.GRPCInferenceService/ModelInfer"));
    assertThat(spans.getFinishedSpanItems())
        .filteredOn(span -> span.getTraceId().equals("0af7651916cd43dd8448eb211c80319c"))
        .extracting(SpanData::getName)
        .contains("infer", "inference.GRPCInferenceService/ModelInfer");
    Eventually.becomes(
        () ->
            meters.find("grpc.server.processing.duration").tag("method", "ModelInfer").timer()
                != null);
  }

  private static String token(String group) throws Exception {
    return Jwt.issuer(AdminProfile.ISSUER)
        .upn("user@example")
        .groups(group)
        .expiresIn(Duration.ofMinutes(5))
        .sign(AdminProfile.issuerKey());
  }

  private GRPCInferenceServiceBlockingStub as(String credentials) {
    return authorized(
        "Basic "
            + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)));
  }

  private GRPCInferenceServiceBlockingStub bearing(String token) {
    return authorized("Bearer " + token);
  }

  private GRPCInferenceServiceBlockingStub authorized(String authorization) {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), authorization);
    return client.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }
}
