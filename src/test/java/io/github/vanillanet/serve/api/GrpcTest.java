package io.github.vanillanet.serve.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import com.google.common.primitives.Floats;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import inference.GRPCInferenceServiceGrpc;
import inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import inference.InferParameter;
import inference.InferTensorContents;
import inference.ModelConfigRequest;
import inference.ModelInferRequest;
import inference.ModelInferRequest.InferInputTensor;
import inference.ModelInferRequest.InferRequestedOutputTensor;
import inference.ModelInferResponse;
import inference.ModelMetadataRequest;
import inference.ModelReadyRequest;
import inference.ModelRepositoryParameter;
import inference.ModelStatisticsRequest;
import inference.ModelStreamInferResponse;
import inference.RepositoryIndexRequest;
import inference.RepositoryModelLoadRequest;
import inference.RepositoryModelUnloadRequest;
import inference.ServerLiveRequest;
import inference.ServerMetadataRequest;
import inference.ServerReadyRequest;
import io.github.vanillanet.Oracle;
import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.serve.api.grpc.GrpcPort;
import io.github.vanillanet.serve.inference.BodyMemory;
import io.github.vanillanet.serve.registry.Lease;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.github.vanillanet.serve.scheduler.Eventually;
import io.github.vanillanet.serve.scheduler.Reservation;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The Open Inference Protocol over gRPC, through a generated client. */
@QuarkusTest
@TestProfile(TracingTest.Traced.class)
class GrpcTest {

  private static final String MODEL = TwoSmallModels.MODEL;
  private static final int SAMPLE = 3 * 64 * 64;
  private static final double TOLERANCE = 1e-4; // of fused float32 sums
  private static final double HALF_TOLERANCE = 0.1; // of inputs rounded to 8 bits of mantissa

  @Inject GrpcPort port;
  @Inject ModelRegistry registry;
  @Inject BodyMemory memory;
  @Inject MeterRegistry meters;
  @Inject InMemorySpanExporter spans;

  private final HostTensor input = Oracle.array("models/vanillanet_5/input");
  private final float[] golden =
      Oracle.array("models/vanillanet_5/logits.model_ema.deploy").toFloats();
  private ManagedChannel channel;
  private GRPCInferenceServiceBlockingStub client;

  @BeforeEach
  void connect() {
    Service.awaitReady();
    channel =
        NettyChannelBuilder.forAddress("localhost", port.number().orElseThrow())
            .usePlaintext()
            .build();
    client = GRPCInferenceServiceGrpc.newBlockingStub(channel);
  }

  @AfterEach
  void disconnect() throws InterruptedException {
    channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    Eventually.becomes(() -> memory.held() == 0);
  }

  private static InferInputTensor.Builder tensor(String name, String datatype, long... shape) {
    InferInputTensor.Builder tensor =
        InferInputTensor.newBuilder().setName(name).setDatatype(datatype);
    for (long dimension : shape) {
      tensor.addShape(dimension);
    }
    return tensor;
  }

  private ModelInferRequest.Builder golden() {
    return ModelInferRequest.newBuilder()
        .setModelName(MODEL)
        .addInputs(tensor("input", "FP32", input.shape()))
        .addRawInputContents(ByteString.copyFrom(TritonBytes.floats(input.toFloats())));
  }

  private static ModelInferRequest.Builder images(byte[]... images) {
    return ModelInferRequest.newBuilder()
        .setModelName(MODEL + "-image")
        .addInputs(tensor("image", "BYTES", images.length))
        .addRawInputContents(ByteString.copyFrom(TritonBytes.elements(images)));
  }

  private static InferParameter text(String value) {
    return InferParameter.newBuilder().setStringParam(value).build();
  }

  private static float[] logits(ModelInferResponse answer) {
    assertThat(answer.getOutputs(0).getDatatype()).isEqualTo("FP32");
    float[] values = new float[answer.getRawOutputContents(0).size() / Float.BYTES];
    answer
        .getRawOutputContents(0)
        .asReadOnlyByteBuffer()
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(values);
    return values;
  }

  private void requireGolden(ModelInferResponse answer, double tolerance) {
    assertThat(answer.getModelName()).isEqualTo(MODEL);
    assertThat(answer.getModelVersion()).isEqualTo("1");
    assertThat(answer.getOutputs(0).getName()).isEqualTo("logits");
    assertThat(answer.getOutputs(0).getShapeList()).containsExactly(4L, 10L);
    float[] logits = logits(answer);
    for (int i = 0; i < golden.length; i++) {
      assertThat((double) logits[i]).isEqualTo(golden[i], within(tolerance));
    }
  }

  private static StatusRuntimeException failure(Runnable call) {
    StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, call::run);
    assertThat(failure).isNotNull();
    return failure;
  }

  private static void requireFailure(Runnable call, Status.Code code, String reason)
      throws Exception {
    StatusRuntimeException failure = failure(call);
    assertThat(failure.getStatus().getCode()).as(failure.toString()).isEqualTo(code);
    assertThat(detail(failure, ErrorInfo.class).getReason()).isEqualTo(reason);
  }

  private static <T extends Message> T detail(StatusRuntimeException failure, Class<T> type)
      throws Exception {
    for (Any detail : StatusProto.fromThrowable(failure).getDetailsList()) {
      if (detail.is(type)) {
        return detail.unpack(type);
      }
    }
    throw new AssertionError("no " + type.getSimpleName() + " in " + failure);
  }

  @Test
  void rawAndTypedTensorsAreAnsweredAsTheOfficialCodeAnswers() {
    ModelInferRequest typed =
        ModelInferRequest.newBuilder()
            .setModelName(MODEL)
            .setModelVersion("1")
            .setId("7")
            .addInputs(
                tensor("input", "FP32", input.shape())
                    .setContents(
                        InferTensorContents.newBuilder()
                            .addAllFp32Contents(Floats.asList(input.toFloats()))))
            .build();

    ModelInferResponse answer = client.modelInfer(typed);

    requireGolden(answer, TOLERANCE);
    assertThat(answer.getId()).isEqualTo("7");
    requireGolden(client.modelInfer(golden().build()), TOLERANCE);
    requireGolden(client.withCompression("gzip").modelInfer(golden().build()), TOLERANCE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"FP16", "BF16"})
  void halfPrecisionTensorsAreAnswered(String datatype) {
    ByteBuffer halves = ByteBuffer.allocate(2 * 4 * SAMPLE).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : input.toFloats()) {
      halves.putShort(
          datatype.equals("BF16") ? (short) (Float.floatToIntBits(value) >>> 16) : halfBits(value));
    }

    ModelInferResponse answer =
        client.modelInfer(
            ModelInferRequest.newBuilder()
                .setModelName(MODEL)
                .addInputs(tensor("input", datatype, input.shape()))
                .addRawInputContents(ByteString.copyFrom(halves.flip()))
                .build());

    requireGolden(answer, HALF_TOLERANCE);
  }

  /** Truncates a normal number. */
  private static short halfBits(float value) {
    int bits = Float.floatToIntBits(value);
    int exponent = (bits >>> 23 & 0xff) - 127 + 15;
    return (short)
        (bits >>> 16 & 0x8000 | (exponent <= 0 ? 0 : exponent << 10 | bits >>> 13 & 0x3ff));
  }

  @Test
  void pixelsAndImagesAreAnsweredInBothForms() {
    byte[] jpeg = Service.jpeg();
    InferTensorContents.Builder pixels = InferTensorContents.newBuilder();
    byte[] raw = new byte[SAMPLE];
    for (int i = 0; i < SAMPLE; i++) {
      pixels.addUintContents(i % 256);
      raw[i] = (byte) i;
    }
    ModelInferRequest.Builder request = ModelInferRequest.newBuilder().setModelName(MODEL);
    InferInputTensor.Builder uint8 = tensor("input", "UINT8", 1, 64, 64, 3);

    float[] typedPixels =
        logits(client.modelInfer(request.addInputs(uint8.setContents(pixels)).build()));
    float[] rawPixels =
        logits(
            client.modelInfer(
                request
                    .clearInputs()
                    .addInputs(uint8.clearContents())
                    .addRawInputContents(ByteString.copyFrom(raw))
                    .build()));
    float[] rawImage = logits(client.modelInfer(images(jpeg).build()));
    float[] typedImage =
        logits(
            client.modelInfer(
                ModelInferRequest.newBuilder()
                    .setModelName(MODEL + "-image")
                    .addInputs(
                        tensor("image", "BYTES", 1, 1)
                            .setContents(
                                InferTensorContents.newBuilder()
                                    .addBytesContents(ByteString.copyFrom(jpeg))))
                    .build()));

    assertThat(typedPixels).isEqualTo(rawPixels).hasSize(10);
    assertThat(typedImage).isEqualTo(rawImage).hasSize(10);
  }

  @Test
  void severalOutputsAreAnsweredInTheOrderOfTheRequest() {
    ModelInferResponse answer =
        client.modelInfer(
            golden()
                .addOutputs(InferRequestedOutputTensor.newBuilder().setName("features"))
                .addOutputs(InferRequestedOutputTensor.newBuilder().setName("maps"))
                .addOutputs(InferRequestedOutputTensor.newBuilder().setName("logits"))
                .build());

    assertThat(answer.getOutputsList())
        .extracting(ModelInferResponse.InferOutputTensor::getName)
        .containsExactly("features", "maps", "logits");
    for (int i = 0; i < 3; i++) {
      long elements =
          answer.getOutputs(i).getShapeList().stream().reduce(1L, (one, other) -> one * other);
      assertThat(answer.getRawOutputContents(i).size()).isEqualTo((int) elements * Float.BYTES);
    }
  }

  @Test
  void parametersSelectClassesAndRows() {
    ModelInferRequest.Builder request =
        images(Service.jpeg(), new byte[] {1, 2})
            .addOutputs(
                InferRequestedOutputTensor.newBuilder()
                    .setName("logits")
                    .putParameters(
                        "classification", InferParameter.newBuilder().setInt64Param(3).build()));

    ModelInferResponse answer =
        client.modelInfer(
            request
                .putParameters("partial", InferParameter.newBuilder().setBoolParam(true).build())
                .build());

    assertThat(answer.getOutputs(0).getDatatype()).isEqualTo("BYTES");
    assertThat(answer.getOutputs(0).getShapeList()).containsExactly(2L, 3L);
    assertThat(answer.getParametersMap()).containsKey("error_1").doesNotContainKey("error_0");
  }

  @ParameterizedTest
  @CsvSource({
    "unknown, FP32, 48, NOT_FOUND, MODEL_NOT_FOUND",
    "unknown-image, BYTES, 48, NOT_FOUND, MODEL_NOT_FOUND",
    "vanillanet-5, FP32, 48, INVALID_ARGUMENT, INVALID_REQUEST",
    "vanillanet-5, INT8, 48, INVALID_ARGUMENT, INVALID_REQUEST",
    "vanillanet-5-image, BYTES, 2, INVALID_ARGUMENT, INVALID_REQUEST",
  })
  void invalidRequestsHaveACodeAndAReason(
      String model, String datatype, int bytes, Status.Code code, String reason) throws Exception {
    ModelInferRequest request =
        ModelInferRequest.newBuilder()
            .setModelName(model)
            .addInputs(tensor(model.endsWith("-image") ? "image" : "input", datatype, 1))
            .addRawInputContents(ByteString.copyFrom(new byte[bytes]))
            .build();

    requireFailure(() -> client.modelInfer(request), code, reason);
  }

  @Test
  void contentsThatDoNotFitAreInvalid() throws Exception {
    InferTensorContents floats = InferTensorContents.newBuilder().addFp32Contents(1).build();
    InferTensorContents large = InferTensorContents.newBuilder().addUintContents(300).build();
    byte[][] many = new byte[65][1];
    List<ModelInferRequest.Builder> invalid =
        List.of(
            ModelInferRequest.newBuilder().setModelName(MODEL),
            golden().addRawInputContents(ByteString.EMPTY),
            golden().addInputs(tensor("input", "FP32", 1)),
            golden().setInputs(0, tensor("input", "FP32", input.shape()).setContents(floats)),
            golden().addOutputs(InferRequestedOutputTensor.newBuilder().setName("other")),
            golden().putParameters("timeout", text("soon")),
            golden()
                .clearRawInputContents()
                .setInputs(0, tensor("input", "UINT8", 1).setContents(large)));

    for (ModelInferRequest.Builder request : invalid) {
      requireFailure(
          () -> client.modelInfer(request.build()),
          Status.Code.INVALID_ARGUMENT,
          "INVALID_REQUEST");
    }
    requireFailure(
        () -> client.modelInfer(images(many).build()), Status.Code.INVALID_ARGUMENT, "TOO_LARGE");
    requireFailure(
        () -> client.modelInfer(images(new byte[] {1}).build()),
        Status.Code.INVALID_ARGUMENT,
        "UNSUPPORTED_IMAGE");
    assertThat(
            failure(
                    () ->
                        client.modelInfer(images(new byte[TwoSmallModels.MAX_TENSOR_BODY]).build()))
                .getStatus()
                .getCode())
        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void aFullQueueIsReportedWithATimeToTryAgain() throws Exception {
    try (Lease lease = registry.lease(MODEL).orElseThrow();
        Reservation taken = lease.model().lane().reserve(64, Deadline.never())) {
      StatusRuntimeException failure = failure(() -> client.modelInfer(golden().build()));

      assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      assertThat(detail(failure, ErrorInfo.class).getReason()).isEqualTo("QUEUE_FULL");
      assertThat(detail(failure, RetryInfo.class).hasRetryDelay()).isTrue();
    }
    requireGolden(client.modelInfer(golden().build()), TOLERANCE);
  }

  @Test
  void theDeadlineOfTheCallAndTheTimeoutAreTheBudget() throws Exception {
    requireFailure(
        () ->
            client.modelInfer(
                golden()
                    .putParameters("timeout", InferParameter.newBuilder().setInt64Param(1).build())
                    .build()),
        Status.Code.DEADLINE_EXCEEDED,
        "DEADLINE_EXCEEDED");
    StatusRuntimeException late =
        failure(
            () -> client.withDeadlineAfter(1, TimeUnit.MICROSECONDS).modelInfer(golden().build()));
    assertThat(late.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    requireGolden(
        client.withDeadlineAfter(1, TimeUnit.MINUTES).modelInfer(golden().build()), TOLERANCE);
  }

  @Test
  void aCancelledCallFreesItsPlace() throws Exception {
    byte[][] many = new byte[64][];
    Arrays.fill(many, Service.jpeg());
    try (Lease lease = registry.lease(MODEL).orElseThrow()) {
      for (int round = 0; round < 20; round++) {
        var call = GRPCInferenceServiceGrpc.newFutureStub(channel).modelInfer(images(many).build());
        Eventually.becomes(() -> call.isDone() || lease.model().lane().depth() > 0);
        call.cancel(true);
      }

      Eventually.becomes(() -> lease.model().lane().depth() == 0);
    }
    requireGolden(client.modelInfer(golden().build()), TOLERANCE);
  }

  /** Collects the answers of a stream. */
  private static final class Answers<T> implements StreamObserver<T> {
    final List<T> all = new ArrayList<>();
    final CompletableFuture<List<T>> done = new CompletableFuture<>();

    @Override
    public void onNext(T answer) {
      all.add(answer);
    }

    @Override
    public void onError(Throwable failure) {
      done.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
      done.complete(all);
    }

    List<T> await() throws Exception {
      return done.get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void aStreamAnswersInOrderAndSurvivesAFailedRequest() throws Exception {
    Answers<ModelStreamInferResponse> answers = new Answers<>();
    StreamObserver<ModelInferRequest> requests =
        GRPCInferenceServiceGrpc.newStub(channel).modelStreamInfer(answers);

    for (int i = 0; i < 10; i++) {
      requests.onNext(golden().setId("" + i).setModelName(i == 4 ? "unknown" : MODEL).build());
    }
    requests.onCompleted();

    List<ModelStreamInferResponse> received = answers.await();
    assertThat(received)
        .extracting(answer -> answer.getInferResponse().getId())
        .containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
    for (int i = 0; i < received.size(); i++) {
      assertThat(received.get(i).getErrorMessage().isEmpty()).isEqualTo(i != 4);
      if (i != 4) {
        requireGolden(received.get(i).getInferResponse(), TOLERANCE);
      }
    }
  }

  @Test
  void aStreamWithoutRequestsIsClosed() {
    Answers<ModelStreamInferResponse> answers = new Answers<>();
    GRPCInferenceServiceGrpc.newStub(channel).modelStreamInfer(answers);

    assertThatThrownBy(answers::await)
        .satisfies(
            failure ->
                assertThat(Status.fromThrowable(failure).getCode())
                    .isEqualTo(Status.Code.DEADLINE_EXCEEDED));
  }

  @Test
  void messagesAreRejectedWhileOthersFillTheMemory() throws Exception {
    List<BodyMemory.Room> others = new ArrayList<>();
    for (long left = memory.capacity(); left > 0; left -= memory.capacity() / 64) {
      BodyMemory.Room room = new BodyMemory.Room(memory, () -> {});
      room.receive(1, Math.min(left, memory.capacity() / 64));
      room.complete();
      others.add(room);
    }

    requireFailure(
        () -> client.modelInfer(golden().build()), Status.Code.RESOURCE_EXHAUSTED, "QUEUE_FULL");

    others.forEach(BodyMemory.Room::close);
    requireGolden(client.modelInfer(golden().build()), TOLERANCE);
  }

  /** Two bytes of the message become an object each. */
  @Test
  void manySmallPartsDoNotExceedTheMemory() throws Exception {
    int parts = (int) Math.min(memory.capacity() / 128 + 1, TwoSmallModels.MAX_TENSOR_BODY / 2 - 8);
    ModelInferRequest.Builder request = ModelInferRequest.newBuilder().setModelName(MODEL);
    for (int i = 0; i < parts; i++) {
      request.addInputs(InferInputTensor.getDefaultInstance());
    }
    boolean exceeds = parts * 128L > memory.capacity();

    requireFailure(
        () -> client.modelInfer(request.build()),
        Status.Code.INVALID_ARGUMENT,
        exceeds ? "TOO_LARGE" : "INVALID_REQUEST");
  }

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

  private GRPCInferenceServiceBlockingStub as(String credentials) {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
        "Basic "
            + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)));
    return client.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
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

    as("chief:open sesame").repositoryModelUnload(unload);
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
}
