package io.github.vanillanet.serve.api.grpc;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;
import static io.github.vanillanet.base.error.ErrorCode.TOO_LARGE;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import inference.ModelInferRequest;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.api.http.Api;
import io.github.vanillanet.serve.api.json.JsonValues;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Parses requests within the memory of their call. Byte strings, and so raw tensors, are views of
 * the message's one array.
 */
final class CountedMarshaller<T> implements PrototypeMarshaller<T> {

  private static final int FIRST_BYTES = 1 << 16;

  private final PrototypeMarshaller<T> plain;
  private final T empty;

  private final long limit;

  private CountedMarshaller(PrototypeMarshaller<T> plain) {
    this.plain = plain;
    this.empty = plain.getMessagePrototype();
    this.limit = empty instanceof ModelInferRequest ? Integer.MAX_VALUE : Api.COMMAND_BODY_BYTES;
  }

  /** The same service, with its requests counted. */
  static ServerServiceDefinition count(ServerServiceDefinition service) {
    ServiceDescriptor old = service.getServiceDescriptor();
    ServiceDescriptor.Builder described =
        ServiceDescriptor.newBuilder(old.getName()).setSchemaDescriptor(old.getSchemaDescriptor());
    var methods = service.getMethods().stream().map(CountedMarshaller::count).toList();
    methods.forEach(method -> described.addMethod(method.getMethodDescriptor()));
    ServerServiceDefinition.Builder counted = ServerServiceDefinition.builder(described.build());
    methods.forEach(counted::addMethod);
    return counted.build();
  }

  private static <Q, A> ServerMethodDefinition<Q, A> count(ServerMethodDefinition<Q, A> method) {
    MethodDescriptor<Q, A> old = method.getMethodDescriptor();
    var marshaller = new CountedMarshaller<>((PrototypeMarshaller<Q>) old.getRequestMarshaller());
    return ServerMethodDefinition.create(
        old.toBuilder(marshaller, old.getResponseMarshaller()).build(),
        method.getServerCallHandler());
  }

  /** Rejects the call and returns an empty message if it cannot be parsed. */
  @Override
  @SuppressWarnings("unchecked") // the parser of a message returns its type
  public T parse(InputStream stream) {
    GrpcCall call = GrpcCall.current();
    Message message = (Message) empty;
    try {
      byte[] bytes = read(stream, call);
      call.allocate(
          MessageSize.of(message.getDescriptorForType(), CodedInputStream.newInstance(bytes)));
      CodedInputStream input = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
      input.enableAliasing(true);
      return (T) message.getParserForType().parseFrom(input);
    } catch (ServiceException e) {
      call.reject(e);
    } catch (StatusRuntimeException e) { // of the library, while it inflates
      call.reject(TOO_LARGE.error("%s", e.getStatus().getDescription()));
    } catch (InvalidProtocolBufferException e) {
      call.reject(INVALID_REQUEST.error("the message is malformed: %s", e.getMessage()));
    } catch (IOException e) {
      call.reject(INVALID_REQUEST.error("the message cannot be inflated: %s", e.getMessage()));
    }
    return empty;
  }

  /** All bytes. Those of a plain message were counted when they arrived. */
  private byte[] read(InputStream stream, GrpcCall call) throws IOException {
    if (stream instanceof KnownLength) {
      requireSize(stream.available());
      return stream.readNBytes(stream.available());
    }
    byte[] bytes = new byte[FIRST_BYTES];
    int length = 0;
    for (int read; (read = stream.read(bytes, length, bytes.length - length)) >= 0; ) {
      length += read;
      requireSize(length);
      if (length == bytes.length) {
        call.allocate(length);
        bytes = Arrays.copyOf(bytes, 2 * length);
      }
    }
    return Arrays.copyOf(bytes, length);
  }

  private void requireSize(int length) {
    JsonValues.requireSize(length, "the message", limit);
  }

  @Override
  public InputStream stream(T value) {
    return plain.stream(value);
  }

  @Override
  public T getMessagePrototype() {
    return empty;
  }

  @Override
  public Class<T> getMessageClass() {
    return plain.getMessageClass();
  }
}
