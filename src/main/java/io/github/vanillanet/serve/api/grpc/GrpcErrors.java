package io.github.vanillanet.serve.api.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.api.http.ErrorMappers;
import io.github.vanillanet.serve.api.http.HttpError;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import org.jboss.logging.Logger;

/**
 * The status of each failure. Its details have the code's name, and when to try again if that is
 * known.
 *
 * @see <a href="https://google.aip.dev/193">the model of errors</a>
 */
final class GrpcErrors {

  private static final Logger LOG = Logger.getLogger(GrpcErrors.class);
  private static final String DOMAIN = "vanillanet-serving";

  private GrpcErrors() {}

  /** The answer to a failure. A bug is logged with its stack trace. */
  static StatusRuntimeException of(Throwable failure) {
    if (failure instanceof StatusRuntimeException answer) {
      return answer;
    }
    if (failure instanceof ServiceException named) {
      if (named.code() == ErrorCode.ENGINE_FAILURE) {
        LOG.error(named.getMessage());
      }
      return of(named);
    }
    LOG.error("a gRPC call failed", failure);
    return Status.INTERNAL.withDescription(ErrorMappers.UNEXPECTED).asRuntimeException();
  }

  private static StatusRuntimeException of(ServiceException failure) {
    HttpError error = HttpError.of(failure);
    com.google.rpc.Status.Builder status =
        com.google.rpc.Status.newBuilder()
            .setCode(code(failure.code()).value())
            .setMessage(error.detail())
            .addDetails(
                Any.pack(ErrorInfo.newBuilder().setReason(error.code()).setDomain(DOMAIN).build()));
    error
        .retryAfter()
        .ifPresent(
            wait ->
                status.addDetails(
                    Any.pack(
                        RetryInfo.newBuilder()
                            .setRetryDelay(
                                Duration.newBuilder()
                                    .setSeconds(wait.getSeconds())
                                    .setNanos(wait.getNano()))
                            .build())));
    return StatusProto.toStatusRuntimeException(status.build());
  }

  static Status.Code code(ErrorCode code) {
    return switch (code) {
      case INVALID_REQUEST, TOO_LARGE, UNSUPPORTED_IMAGE, UNDECODABLE_IMAGE, BAD_DATASET ->
          Status.Code.INVALID_ARGUMENT;
      case FOREIGN_ORIGIN -> Status.Code.PERMISSION_DENIED;
      case MODEL_NOT_FOUND, JOB_NOT_FOUND -> Status.Code.NOT_FOUND;
      case MODEL_AMBIGUOUS, CONFLICT -> Status.Code.FAILED_PRECONDITION;
      case QUEUE_FULL, TOO_MANY_SIGN_INS, OUT_OF_DEVICE_MEMORY -> Status.Code.RESOURCE_EXHAUSTED;
      case CLIENT_GONE -> Status.Code.CANCELLED;
      case NOT_READY -> Status.Code.UNAVAILABLE;
      case DEADLINE_EXCEEDED, BODY_TOO_SLOW -> Status.Code.DEADLINE_EXCEEDED;
      case ENGINE_FAILURE, BAD_CHECKPOINT, BAD_ARTIFACT, NOT_EQUIVALENT, BAD_CONFIGURATION ->
          Status.Code.INTERNAL;
    };
  }
}
