package io.github.vanillanet.serve.api.http;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InflatedStreamTest {

  private static final int LIMIT = 4 << 20;
  private static final int FLOOR = 1 << 20;
  private static final int RATIO = 100;

  private final AtomicLong memory = new AtomicLong();
  private final AtomicLong dense = new AtomicLong();

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "x-gzip", "deflate"})
  void theBodyIsInflatedAndCounted(String encoding) throws IOException {
    byte[] body = new byte[300_000];
    new Random(1).nextBytes(body);

    assertThat(stream(packed(encoding, body), encoding).readAllBytes()).isEqualTo(body);
    assertThat(memory.get()).isEqualTo(2 * body.length);
    assertThat(dense.get()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate"})
  void bytesOfABombAreDenseAlmostFromTheStart(String encoding) throws IOException {
    stream(packed(encoding, new byte[FLOOR]), encoding).readAllBytes();

    assertThat(memory.get() - dense.get()).isLessThan(2 * FLOOR / 8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate"})
  void aHighRatioIsAllowedUpToTheFloorOnly(String encoding) throws IOException {
    byte[] zeros = packed(encoding, new byte[FLOOR]);
    assertThat(zeros.length * RATIO).isLessThan(FLOOR);
    assertThat(stream(zeros, encoding).readAllBytes()).hasSize(FLOOR);

    memory.set(0);
    byte[] bomb = packed(encoding, new byte[FLOOR + 10_000]);
    assertThatThrownBy(() -> stream(bomb, encoding).readAllBytes()).has(code(ErrorCode.TOO_LARGE));
    assertThat(memory.get()).isLessThanOrEqualTo(2 * FLOOR);
  }

  @Test
  void bytesAtTheEndDoNotHideARatio() {
    ByteArrayOutputStream padded = new ByteArrayOutputStream();
    padded.writeBytes(packed("gzip", new byte[LIMIT - 1000]));
    padded.writeBytes(new byte[LIMIT]);

    assertThatThrownBy(() -> stream(padded.toByteArray(), "gzip").readAllBytes())
        .has(code(ErrorCode.TOO_LARGE));
  }

  @Test
  void theLimitHoldsForInflatedBytes() {
    byte[] random = new byte[LIMIT + 1];
    new Random(2).nextBytes(random);

    assertThatThrownBy(() -> stream(packed("gzip", random), "gzip").readAllBytes())
        .has(code(ErrorCode.TOO_LARGE));
  }

  @Test
  void membersAreJoinedButALongChainOfEmptyOnesIsRejected() throws IOException {
    ByteArrayOutputStream two = new ByteArrayOutputStream();
    two.writeBytes(packed("gzip", new byte[] {1}));
    two.writeBytes(packed("gzip", new byte[] {2}));
    assertThat(stream(two.toByteArray(), "gzip").readAllBytes()).containsExactly(1, 2);

    ByteArrayOutputStream empty = new ByteArrayOutputStream();
    byte[] member = packed("gzip", new byte[0]);
    for (int i = 0; i < 100_000; i++) {
      empty.writeBytes(member);
    }
    assertThatThrownBy(() -> stream(empty.toByteArray(), "gzip").readAllBytes())
        .has(code(ErrorCode.INVALID_REQUEST));
  }

  @Test
  void otherEncodingsAndDamagedBodiesAreRejected() {
    assertThatThrownBy(() -> stream(new byte[1], "br")).has(code(ErrorCode.INVALID_REQUEST));
    assertThatThrownBy(() -> stream(new byte[1], "gzip, gzip"))
        .has(code(ErrorCode.INVALID_REQUEST));
    assertThatThrownBy(() -> stream("hello".getBytes(), "gzip").readAllBytes())
        .has(code(ErrorCode.INVALID_REQUEST));
    assertThatThrownBy(() -> stream(new byte[0], "deflate").readAllBytes())
        .has(code(ErrorCode.INVALID_REQUEST));
  }

  private InflatedStream stream(byte[] packed, String encoding) {
    return new InflatedStream(
        new BoundedStream(new ByteArrayInputStream(packed), Long.MAX_VALUE),
        encoding,
        new InflatedStream.Limits(LIMIT, RATIO, FLOOR),
        (bytes, isDense) -> {
          memory.addAndGet(bytes);
          dense.addAndGet(isDense ? bytes : 0);
        },
        new WorkSlices(1).slice(),
        ServingMetrics.unobserved());
  }

  private static byte[] packed(String encoding, byte[] body) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out =
        encoding.equals("deflate")
            ? new DeflaterOutputStream(packed)
            : new GZIPOutputStream(packed)) {
      out.write(body);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return packed.toByteArray();
  }
}
