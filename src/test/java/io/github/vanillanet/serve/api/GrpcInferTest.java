package io.github.vanillanet.serve.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.primitives.Floats;
import com.google.protobuf.ByteString;
import inference.GRPCInferenceServiceGrpc;
import inference.InferParameter;
import inference.InferTensorContents;
import inference.ModelInferRequest;
import inference.ModelInferRequest.InferInputTensor;
import inference.ModelInferRequest.InferRequestedOutputTensor;
import inference.ModelInferResponse;
import inference.ModelStreamInferResponse;
import io.grpc.stub.StreamObserver;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Inference over gRPC. */
@QuarkusTest
@TestProfile(GrpcCalls.Opened.class)
class GrpcInferTest extends GrpcCalls {

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
    for (String encoding : List.of("gzip", "deflate")) {
      requireGolden(client.withCompression(encoding).modelInfer(golden().build()), TOLERANCE);
    }
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
      ModelInferResponse response = received.get(i).getInferResponse();
      assertThat(response.getParametersOrThrow("triton_final_response").getBoolParam()).isTrue();
      assertThat(received.get(i).getErrorMessage().isEmpty()).isEqualTo(i != 4);
      if (i != 4) {
        requireGolden(response, TOLERANCE);
      }
    }
  }

  /** Truncates a normal number. */
  private static short halfBits(float value) {
    int bits = Float.floatToIntBits(value);
    int exponent = (bits >>> 23 & 0xff) - 127 + 15;
    return (short)
        (bits >>> 16 & 0x8000 | (exponent <= 0 ? 0 : exponent << 10 | bits >>> 13 & 0x3ff));
  }
}
