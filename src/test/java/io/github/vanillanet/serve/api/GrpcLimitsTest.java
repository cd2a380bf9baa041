package io.github.vanillanet.serve.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import inference.GRPCInferenceServiceGrpc;
import inference.InferParameter;
import inference.InferTensorContents;
import inference.ModelInferRequest;
import inference.ModelInferRequest.InferInputTensor;
import inference.ModelInferRequest.InferRequestedOutputTensor;
import inference.ModelStreamInferResponse;
import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.serve.inference.BodyMemory;
import io.github.vanillanet.serve.registry.Lease;
import io.github.vanillanet.serve.scheduler.Eventually;
import io.github.vanillanet.serve.scheduler.Reservation;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Failures and limits of gRPC. */
@QuarkusTest
@TestProfile(GrpcCalls.Opened.class)
class GrpcLimitsTest extends GrpcCalls {

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
}
