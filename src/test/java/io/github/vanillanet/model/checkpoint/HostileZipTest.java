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
  void anHonestZipIsRead() throws IOException {
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
  void headersThatDisagreeAreRefused() {
    attempt.refused(withStorage(f -> f.crc++, f -> {}), "expected both headers", "to agree");
    attempt.refused(withStorage(f -> f.size++, f -> {}), "expected both headers");
    attempt.refused(withStorage(f -> f.packed--, f -> {}), "expected both headers");
    attempt.refused(withStorage(f -> f.name = "a/data/1", f -> {}), "expected both headers");
    attempt.refused(withStorage(f -> f.method = 8, f -> {}), "expected both headers");
  }

  @Test
  void agreedLiesAreRefused() {
    attempt.refused(lie(f -> f.crc ^= 1), "a/data/0: expected CRC");
    attempt.refused(lie(f -> f.method = 12), "found method 12");
    attempt.refused(lie(f -> f.flags |= 1), "encrypted");
    attempt.refused(lie(f -> f.size = f.packed = 1 << 20), "expected a/data/0 to end by offset");
    attempt.refused(lie(f -> f.size = 12), "expected equal sizes");
    attempt.refused(lie(f -> f.size = 0xffffffffL), "zip64: expected a wide size");
    attempt.refused(withStorage(f -> {}, f -> f.offset = 1 << 20), "expected the header of");
    attempt.refused(withStorage(f -> {}, f -> f.offset = 0), "expected");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../evil", "a/../../evil", "/etc/evil", "a\\..\\evil", "a/\u0000", "a/b\n", ".."})
  void namesThatLeaveTheFolderAreRefused(String name) {
    attempt.refused(
        new ZipBytes()
            .stored("a/data.pkl", PICKLE)
            .stored("a/data/0", FLOATS)
            .stored(name, FLOATS)
            .finish(),
        "expected plain entry names");
    assertThat(folder.toFile().list()).containsExactly("attempt.pth");
  }

  @Test
  void duplicateAndOverlappingEntriesAreRefused() {
    attempt.refused(
        new ZipBytes()
            .stored("a/data.pkl", PICKLE)
            .stored("a/data/0", FLOATS)
            .stored("a/data/0", new byte[16])
            .finish(),
        "found a/data/0 twice");
    attempt.refused(
        new ZipBytes()
            .stored("a/data.pkl", PICKLE)
            .stored("a/data/0", FLOATS)
            .again(f -> f.name = "a/data/1")
            .finish(),
        "expected");
  }

  @Test
  void deflateBombsAreRefused() throws IOException {
    byte[] zeros = new byte[100 << 20];
    byte[] pickle = new PickleBytes().op('}').text("w").floats("0", 25 << 20).op('s').stop();

    attempt.refused(
        new ZipBytes().stored("a/data.pkl", pickle).deflated("a/data/0", zeros).finish(),
        "expected",
        "to take at most");
    attempt.refused(
        new ZipBytes().deflated("a/data.pkl", zeros).finish(), "expected at most 67108864");
    attempt.refused(
        deflatedStorage(f -> f.size = 0x7ffffff0L, 0x1ffffffcL), "which cannot hold as many");
    attempt.refused(deflatedStorage(f -> f.size = 12, 3), "expected 12 bytes, found more");
    attempt.refused(deflatedStorage(f -> f.size = 20, 5), "to give 20, found 16");
  }

  private static byte[] deflatedStorage(Consumer<ZipBytes.Fields> lie, long elements) {
    byte[] pickle =
        new PickleBytes()
            .op('}')
            .text("w")
            .tensor("FloatStorage", "0", elements, 0, new long[] {2}, new long[] {1})
            .op('s')
            .stop();
    return new ZipBytes()
        .stored("a/data.pkl", pickle)
        .entry("a/data/0", FLOATS, true, lie, lie)
        .finish();
  }

  @Test
  void garbageInsteadOfDeflatedDataIsRefused() {
    Consumer<ZipBytes.Fields> lie = f -> f.method = 8;
    byte[] garbage = new byte[16];
    java.util.Arrays.fill(garbage, (byte) 0xff);

    attempt.refused(
        new ZipBytes()
            .stored("a/data.pkl", PICKLE)
            .entry("a/data/0", garbage, false, lie, lie)
            .finish(),
        "expected deflated data");
  }

  @Test
  void aBigEndianFileIsRefused() {
    attempt.refused(
        new ZipBytes()
            .stored("a/data.pkl", PICKLE)
            .stored("a/byteorder", "big".getBytes(StandardCharsets.US_ASCII))
            .stored("a/data/0", FLOATS)
            .finish(),
        "byteorder: expected little, found big");
  }

  @Test
  void missingAndAmbiguousRecordsAreRefused() {
    attempt.refused(new ZipBytes().stored("a/data.pkl", PICKLE).finish(), "a record a/data/0");
    attempt.refused(new ZipBytes().stored("a/other", PICKLE).finish(), "found 0 among: a/other");
    attempt.refused(
        new ZipBytes().stored("a/data.pkl", PICKLE).stored("b/data.pkl", PICKLE).finish(),
        "found 2 among");
    attempt.refused(new ZipBytes().finish(), "found 0");
  }

  @Test
  void zip64EndRecordsThatLieAreRefused() throws IOException {
    byte[] honest = Files.readAllBytes(Path.of("src/test/resources/checkpoint/protocol2.pth"));
    int end64 = honest.length - 22 - 20 - 56;
    assertThat(ByteBuffer.wrap(honest).order(ByteOrder.LITTLE_ENDIAN).getInt(end64))
        .isEqualTo(0x06064b50);

    for (int field : new int[] {4, 24, 32, 40, 48, 56 + 8}) {
      for (long lie : new long[] {0, -1, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 40}) {
        ByteBuffer bent = ByteBuffer.wrap(honest.clone()).order(ByteOrder.LITTLE_ENDIAN);
        attempt.refused(bent.putLong(end64 + field, lie).array(), "expected", "found");
      }
    }
  }

  @Test
  void otherFilesAreRefusedByTheirFirstBytes() {
    byte[] tar = new byte[1024];
    System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, tar, 257, 5);

    attempt.refused(tar, "found the tar format");
    attempt.refused(new byte[0], "found a file of 0 bytes");
    attempt.refused(new byte[] {'P', 'K'}, "found a file of 2 bytes");
    attempt.refused(
        "\u0089HDF\r\n\n".getBytes(StandardCharsets.ISO_8859_1), "begins with 89484446");
  }

  private static byte[] lie(Consumer<ZipBytes.Fields> both) {
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
