package io.github.vanillanet.serve.api.grpc;

import inference.InferParameter;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ModelStreamInferResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.function.Function;

/**
 * Answers the requests of one stream in their order. It reads the next request when one is answered
 * and the client reads its answers. The library calls its methods one at a time.
 */
final class RequestStream implements StreamObserver<ModelInferRequest> {

  /** Triton marks the last answer to each request of a stream; here each request has one. */
  private static final String FINAL = "triton_final_response";

  private static final InferParameter TRUE = InferParameter.newBuilder().setBoolParam(true).build();

  private final ServerCallStreamObserver<ModelStreamInferResponse> answers;
  private final Function<ModelInferRequest, ModelInferResponse> infer;
  private final Runnable answered;
  private boolean waiting = true; // for the client to read

  /**
   * @param answered called after each request
   */
  RequestStream(
      ServerCallStreamObserver<ModelStreamInferResponse> answers,
      Function<ModelInferRequest, ModelInferResponse> infer,
      Runnable answered) {
    this.answers = answers;
    this.infer = infer;
    this.answered = answered;
    answers.disableAutoRequest();
    answers.setOnReadyHandler(this::readNext);
    answers.setOnCancelHandler(() -> {}); // otherwise an answer after the cancellation would throw
  }

  private void readNext() {
    if (waiting && answers.isReady()) {
      waiting = false;
      answers.request(1);
    }
  }

  @Override
  public void onNext(ModelInferRequest request) {
    ModelStreamInferResponse.Builder answer = ModelStreamInferResponse.newBuilder();
    try {
      answer.setInferResponse(infer.apply(request));
    } catch (RuntimeException | Error e) {
      answer
          .setErrorMessage(GrpcErrors.of(e).getStatus().getDescription())
          .getInferResponseBuilder()
          .setId(request.getId()); // clients find the failed request by it
    }
    answer.getInferResponseBuilder().putParameters(FINAL, TRUE);
    answers.onNext(answer.build());
    answered.run();
    waiting = true;
    readNext();
  }

  @Override
  public void onError(Throwable cancelled) {
    // the context of the call has abandoned its request
  }

  @Override
  public void onCompleted() {
    answers.onCompleted();
  }
}
