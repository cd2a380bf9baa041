package io.github.vanillanet.serve.api.grpc;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import inference.InferParameter;
import inference.InferTensorContents;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.api.json.JsonValues;
import io.github.vanillanet.serve.api.oip.InferAnswer;
import io.github.vanillanet.serve.api.oip.InferRequest;
import io.github.vanillanet.serve.api.oip.InputTensor;
import io.github.vanillanet.serve.api.oip.OutputTensor;
import io.github.vanillanet.serve.api.oip.Parameters;
import io.github.vanillanet.serve.api.oip.TensorData;
import io.github.vanillanet.serve.api.oip.TensorLimits;
import io.github.vanillanet.serve.inference.Inference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Translates between messages and the requests and answers of the protocol. */
final class InferMessages {

  private final TensorLimits limits;

  InferMessages(TensorLimits limits) {
    this.limits = limits;
  }

  /**
   * @param memory takes the bytes of elements before they are allocated
   * @throws ServiceException {@code INVALID_REQUEST} if raw and typed contents are mixed
   */
  InferRequest request(ModelInferRequest message, LongConsumer memory) {
    int inputs = message.getInputsCount();
    int raw = message.getRawInputContentsCount();
    if (inputs != 1) {
      throw INVALID_REQUEST.error("inputs: expected one, got %d", inputs);
    }
    if (raw > 0 && raw != inputs) {
      throw INVALID_REQUEST.error(
          "raw_input_contents: expected one for each of %d inputs, got %d", inputs, raw);
    }
    List<InferRequest.RequestedOutput> outputs = new ArrayList<>();
    for (var output : message.getOutputsList()) {
      outputs.add(
          new InferRequest.RequestedOutput(
              output.getName(), parameters("output", output.getParametersMap())));
    }
    return new InferRequest(
        Optional.of(message.getId()).filter(id -> !id.isEmpty()),
        parameters("request", message.getParametersMap()),
        List.of(input(message, memory)),
        outputs);
  }

  private InputTensor input(ModelInferRequest message, LongConsumer memory) {
    ModelInferRequest.InferInputTensor input = message.getInputs(0);
    Parameters parameters = parameters("input", input.getParametersMap());
    if (parameters.has("shared_memory_region")) {
      throw INVALID_REQUEST.error("input '%s': shared memory is not supported", input.getName());
    }
    boolean raw = message.getRawInputContentsCount() > 0;
    if (raw && input.getContents().getSerializedSize() > 0) {
      throw INVALID_REQUEST.error(
          "input '%s': expected contents or raw_input_contents, got both", input.getName());
    }
    return new InputTensor(
        input.getName(),
        input.getDatatype(),
        input.getShapeList().stream().mapToLong(Long::longValue).toArray(),
        parameters,
        raw
            ? new InputTensor.Content.Binary(
                message.getRawInputContents(0).asReadOnlyByteBuffer().slice(), false)
            : elements(input.getDatatype(), input.getContents(), memory));
  }

  /** The elements in the field of the datatype; other fields are ignored, as in Triton. */
  private TensorData elements(String datatype, InferTensorContents contents, LongConsumer memory) {
    TensorData data = new TensorData(limits, memory);
    switch (datatype) {
      case "FP32" -> {
        for (int i = 0; i < contents.getFp32ContentsCount(); i++) {
          data.add(contents.getFp32Contents(i));
        }
      }
      case "UINT8" -> {
        for (int i = 0; i < contents.getUintContentsCount(); i++) {
          data.add(Integer.toUnsignedLong(contents.getUintContents(i)));
        }
      }
      case "BYTES" -> {
        for (ByteString element : contents.getBytesContentsList()) {
          JsonValues.requireSize(element.size(), data.next(), limits.elementBytes());
          memory.accept(element.size());
          data.add(element.toByteArray(), true);
        }
      }
      default -> {} // FP16 and BF16 have no field; the check of the shape rejects them
    }
    return data;
  }

  private static Parameters parameters(String where, Map<String, InferParameter> sent) {
    Map<String, Object> values = new HashMap<>();
    sent.forEach(
        (name, value) -> {
          switch (value.getParameterChoiceCase()) {
            case BOOL_PARAM -> values.put(name, value.getBoolParam());
            case INT64_PARAM -> values.put(name, value.getInt64Param());
            case UINT64_PARAM -> values.put(name, value.getUint64Param());
            case STRING_PARAM -> values.put(name, value.getStringParam());
            case DOUBLE_PARAM -> values.put(name, value.getDoubleParam());
            case PARAMETERCHOICE_NOT_SET -> {}
          }
        });
    return new Parameters(where, values);
  }

  /** The elements are raw, as in Triton, whatever form the request has. */
  static ModelInferResponse answer(InferAnswer answer, Inference inference) {
    ModelInferResponse.Builder message =
        ModelInferResponse.newBuilder()
            .setModelName(answer.view().name())
            .setModelVersion(Integer.toString(inference.version()))
            .setId(answer.id().orElse(""));
    for (InferAnswer.Output output : answer.outputs()) {
      OutputTensor tensor = OutputTensor.of(output, inference);
      message
          .addOutputsBuilder()
          .setName(output.name())
          .setDatatype(tensor.datatype())
          .addAllShape(tensor.shape().stream().map(Integer::longValue).toList());
      message.addRawOutputContents(UnsafeByteOperations.unsafeWrap(tensor.bytes()));
    }
    InferAnswer.parameters(inference)
        .forEach((name, value) -> message.putParameters(name, parameter(value)));
    return message.build();
  }

  private static InferParameter parameter(Object value) {
    return value instanceof Boolean flag
        ? InferParameter.newBuilder().setBoolParam(flag).build()
        : InferParameter.newBuilder().setStringParam(value.toString()).build();
  }
}
