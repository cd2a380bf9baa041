package io.github.vanillanet.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostileZipTest {

  private static final byte[] PICKLE =
      new PickleBytes().op('}').text("w").floats("0", 4).op('s').stop();
  private static final byte[] FLOATS = new byte[16];

  private final Path folder;
  private final Attempt attempt;

  HostileZipTest(@TempDir Path folder) {
    this.folder = folder;
    this.attempt = new Attempt(folder);
  }

  @Test
  void aValidZipIsRead() throws IOException {
    assertThat(attempt.read(withStorage(f -> {}, f -> {})).weights().get("w").toDoubles())
        .containsExactly(0, 0, 0, 0);
    assertThat(
            attempt
                .read(
                    new ZipBytes().deflated("data.pkl", PICKLE).deflated("data/0", FLOATS).finish())
                .weights()
                .tensors())
        .containsOnlyKeys("w");
  }

  @Test
  void differingHeadersAreRejected() {
    attempt.rejects(withStorage(f -> f.crc++, f -> {}), "a/data/0");
    attempt.rejects(withStorage(f -> f.size++, f -> {}), "a/data/0");
    attempt.rejects(withStorage(f -> f.packed--, f -> {}), "a/data/0");
    attempt.rejects(withStorage(f -> f.name = "a/data/1", f -> {}), "a/data/0");
    attempt.rejects(withStorage(f -> f.method = 8, f -> {}), "a/data/0");
  }

  @Test
  void wrongValuesInBothHeadersAreRejected() {
    attempt.rejects(withBothHeaders(f -> f.crc ^= 1), "a/data/0", "CRC");
    attempt.rejects(withBothHeaders(f -> f.method = 12), "method 12");
    attempt.rejects(withBothHeaders(f -> f.flags |= 1), "encrypted");
    attempt.rejects(withBothHeaders(f -> f.size = f.packed = 1 << 20), "a/data/0", "1048576");
    attempt.rejects(withBothHeaders(f -> f.size = 12), "a/data/0", "12");
    attempt.rejects(withBothHeaders(f -> f.size = 0xffffffffL), "zip64");
    attempt.rejects(withStorage(f -> {}, f -> f.offset = 1 << 20), "header");
    attempt.rejects(withStorage(f -> {}, f -> f.offset = 0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../evil", "a/../../evil", "/etc/evil", "a\\..\\evil", "a/\u0000", "a/b\n", ".."})
  void unsafeNamesAreRejected(String name) {
    attempt.rejects(
        new ZipBytes()
            .stored("a/data.pkl", PICKLE)
            .stored("a/data/0", FLOATS)
            .stored(name, FLOATS)
            .finish(),
        "name");
    assertThat(folder.toFile().list()).containsExactly("attempt.pth");
  }

  @Test
  void duplicateAndOverlappingEntriesAreRejected() {
    attempt.rejects(
        new ZipBytes()
            .stored("a/data.pkl", PICKLE)
            .stored("a/data/0", FLOATS)
            .stored("a/data/0", new byte[16])
            .finish(),
        "a/data/0");
    attempt.rejects(
        new ZipBytes()
            .stored("a/data.pkl", PICKLE)
            .stored("a/data/0", FLOATS)
            .again(f -> f.name = "a/data/1")
            .finish());
  }

  @Test
  void deflateBombsAreRejected() throws IOException {
    byte[] zeros = new byte[100 << 20];
    byte[] pickle = new PickleBytes().op('}').text("w").floats("0", 25 << 20).op('s').stop();

    attempt.rejects(
        new ZipBytes().stored("a/data.pkl", pickle).deflated("a/data/0", zeros).finish(),
        "tensors");
    attempt.rejects(new ZipBytes().deflated("a/data.pkl", zeros).finish(), "67108864");
    attempt.rejects(deflatedStorage(f -> f.size = 0x7ffffff0L, 0x1ffffffcL), "2147483632");
    attempt.rejects(deflatedStorage(f -> f.size = 12, 3), "12");
    attempt.rejects(deflatedStorage(f -> f.size = 20, 5), "20", "16");
  }

  private static byte[] deflatedStorage(Consumer<ZipBytes.Fields> change, long elements) {
    byte[] pickle =
        new PickleBytes()
            .op('}')
            .text("w")
            .tensor("FloatStorage", "0", elements, 0, new long[] {2}, new long[] {1})
            .op('s')
            .stop();
    return new ZipBytes()
        .stored("a/data.pkl", pickle)
        .entry("a/data/0", FLOATS, true, change, change)
        .finish();
  }

  @Test
  void invalidDeflatedDataIsRejected() {
    Consumer<ZipBytes.Fields> deflated = f -> f.method = 8;
    byte[] garbage = new byte[16];
    java.util.Arrays.fill(garbage, (byte) 0xff);

    attempt.rejects(
        new ZipBytes()
            .stored("a/data.pkl", PICKLE)
            .entry("a/data/0", garbage, false, deflated, deflated)
            .finish(),
        "a/data/0");
  }

  @Test
  void aBigEndianFileIsRejected() {
    attempt.rejects(
        new ZipBytes()
            .stored("a/data.pkl", PICKLE)
            .stored("a/byteorder", "big".getBytes(StandardCharsets.US_ASCII))
            .stored("a/data/0", FLOATS)
            .finish(),
        "byteorder",
        "big");
  }

  @Test
  void missingAndAmbiguousRecordsAreRejected() {
    attempt.rejects(new ZipBytes().stored("a/data.pkl", PICKLE).finish(), "a/data/0");
    attempt.rejects(new ZipBytes().stored("a/other", PICKLE).finish(), "a/other");
    attempt.rejects(
        new ZipBytes().stored("a/data.pkl", PICKLE).stored("b/data.pkl", PICKLE).finish(), "2");
    attempt.rejects(new ZipBytes().finish());
  }

  @Test
  void wrongZip64EndRecordsAreRejected() throws IOException {
    byte[] valid = Files.readAllBytes(Path.of("src/test/resources/checkpoint/protocol2.pth"));
    int end64 = valid.length - 22 - 20 - 56;
    assertThat(ByteBuffer.wrap(valid).order(ByteOrder.LITTLE_ENDIAN).getInt(end64))
        .isEqualTo(0x06064b50);

    for (int field : new int[] {4, 24, 32, 40, 48, 56 + 8}) {
      for (long wrong : new long[] {0, -1, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 40}) {
        ByteBuffer changed = ByteBuffer.wrap(valid.clone()).order(ByteOrder.LITTLE_ENDIAN);
        attempt.rejects(changed.putLong(end64 + field, wrong).array());
      }
    }
  }

  private static byte[] withBothHeaders(Consumer<ZipBytes.Fields> both) {
    return withStorage(both, both);
  }

  private static byte[] withStorage(
      Consumer<ZipBytes.Fields> local, Consumer<ZipBytes.Fields> central) {
    return new ZipBytes()
        .stored("a/data.pkl", PICKLE)
        .entry("a/data/0", FLOATS, false, local, central)
        .finish();
  }
}
