package io.github.vanillanet.serve.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import inference.GRPCInferenceServiceGrpc;
import inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import inference.InferParameter;
import inference.ModelInferRequest;
import inference.ModelInferRequest.InferInputTensor;
import inference.ModelInferResponse;
import io.github.vanillanet.Oracle;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.serve.api.admin.AdminProfile;
import io.github.vanillanet.serve.api.grpc.GrpcPort;
import io.github.vanillanet.serve.inference.BodyMemory;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.github.vanillanet.serve.scheduler.Eventually;
import io.grpc.Codec;
import io.grpc.Compressor;
import io.grpc.CompressorRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.quarkus.test.junit.QuarkusTestProfile;
import jakarta.inject.Inject;
import java.io.OutputStream;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A generated client of the running service, its requests, and checks of its answers. */
abstract class GrpcCalls {

  /** Opens the gRPC port, with tracing, an administrator and another user. */
  public static final class Opened implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      Map<String, String> settings = new HashMap<>(AdminProfile.keys());
      settings.put("quarkus.otel.sdk.disabled", "false");
      settings.put("quarkus.otel.bsp.schedule.delay", "0.02S");
      settings.put("vanillanet.grpc.enabled", "true");
      settings.put("vanillanet.grpc.port", "0");
      settings.put("vanillanet.connections.idle-timeout", "2S");
      settings.put("quarkus.security.users.embedded.users.chief", "open sesame");
      settings.put("quarkus.security.users.embedded.roles.chief", "admin");
      settings.put("quarkus.security.users.embedded.users.guest", "hello");
      return settings;
    }

    @Override
    public List<TestResourceEntry> testResources() {
      return List.of(new TestResourceEntry(TwoSmallModels.class));
    }

    @Override
    public boolean disableGlobalTestResources() {
      return true;
    }
  }

  /** The encoding {@code deflate} of clients in other languages. */
  private record Deflate() implements Compressor {
    @Override
    public String getMessageEncoding() {
      return "deflate";
    }

    @Override
    public OutputStream compress(OutputStream message) {
      return new DeflaterOutputStream(message);
    }
  }

  static final String MODEL = TwoSmallModels.MODEL;
  static final int SAMPLE = 3 * 64 * 64;
  static final double TOLERANCE = 1e-4; // of fused float32 sums
  static final double HALF_TOLERANCE = 0.1; // of inputs rounded to 8 bits of mantissa

  @Inject GrpcPort port;
  @Inject ModelRegistry registry;
  @Inject BodyMemory memory;
  @Inject MeterRegistry meters;
  @Inject InMemorySpanExporter spans;

  final HostTensor input = Oracle.array("models/vanillanet_5/input");
  final float[] golden = Oracle.array("models/vanillanet_5/logits.model_ema.deploy").toFloats();
  ManagedChannel channel;
  GRPCInferenceServiceBlockingStub client;

  @BeforeEach
  void connect() {
    Service.awaitReady();
    CompressorRegistry compressors = CompressorRegistry.newEmptyInstance();
    compressors.register(new Codec.Gzip());
    compressors.register(new Deflate());
    channel =
        NettyChannelBuilder.forAddress("localhost", port.number().orElseThrow())
            .usePlaintext()
            .compressorRegistry(compressors)
            .build();
    client = GRPCInferenceServiceGrpc.newBlockingStub(channel);
  }

  @AfterEach
  void disconnect() throws InterruptedException {
    channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    Eventually.becomes(
        () -> // cancelled calls may still end
        memory.held() == 0
                && meters.find("vanillanet.inflight.images").gauges().stream()
                    .allMatch(images -> images.value() == 0));
  }

  static InferInputTensor.Builder tensor(String name, String datatype, long... shape) {
    InferInputTensor.Builder tensor =
        InferInputTensor.newBuilder().setName(name).setDatatype(datatype);
    for (long dimension : shape) {
      tensor.addShape(dimension);
    }
    return tensor;
  }

  ModelInferRequest.Builder golden() {
    return ModelInferRequest.newBuilder()
        .setModelName(MODEL)
        .addInputs(tensor("input", "FP32", input.shape()))
        .addRawInputContents(ByteString.copyFrom(TritonBytes.floats(input.toFloats())));
  }

  static ModelInferRequest.Builder images(byte[]... images) {
    return ModelInferRequest.newBuilder()
        .setModelName(MODEL + "-image")
        .addInputs(tensor("image", "BYTES", images.length))
        .addRawInputContents(ByteString.copyFrom(TritonBytes.elements(images)));
  }

  static InferParameter text(String value) {
    return InferParameter.newBuilder().setStringParam(value).build();
  }

  static float[] logits(ModelInferResponse answer) {
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

  void requireGolden(ModelInferResponse answer, double tolerance) {
    assertThat(answer.getModelName()).isEqualTo(MODEL);
    assertThat(answer.getModelVersion()).isEqualTo("1");
    assertThat(answer.getOutputs(0).getName()).isEqualTo("logits");
    assertThat(answer.getOutputs(0).getShapeList()).containsExactly(4L, 10L);
    float[] logits = logits(answer);
    for (int i = 0; i < golden.length; i++) {
      assertThat((double) logits[i]).isEqualTo(golden[i], within(tolerance));
    }
  }

  static StatusRuntimeException failure(Runnable call) {
    StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, call::run);
    assertThat(failure).isNotNull();
    return failure;
  }

  static void requireFailure(Runnable call, Status.Code code, String reason) throws Exception {
    StatusRuntimeException failure = failure(call);
    assertThat(failure.getStatus().getCode()).as(failure.toString()).isEqualTo(code);
    assertThat(detail(failure, ErrorInfo.class).getReason()).isEqualTo(reason);
  }

  static <T extends Message> T detail(StatusRuntimeException failure, Class<T> type)
      throws Exception {
    for (Any detail : StatusProto.fromThrowable(failure).getDetailsList()) {
      if (detail.is(type)) {
        return detail.unpack(type);
      }
    }
    throw new AssertionError("no " + type.getSimpleName() + " in " + failure);
  }

  /** Collects the answers of a stream. */
  static final class Answers<T> implements StreamObserver<T> {
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
}
