package io.github.vanillanet.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sparse files have a length but take no disk space. */
class LargeFileTest {

  private static final long GAP = 5L << 30;

  @Test
  void aLegacyStorageBeyondFourGibibytesIsRead(@TempDir Path folder) throws IOException {
    byte[] pickles =
        new PickleBytes()
            .op(0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, '.')
            .op(0x80, 2, 'M', 0xe9, 0x03, '.')
            .op(0x80, 2, '}')
            .text("little_endian")
            .op(0x88, 's', '.')
            .op(0x80, 2, '}', '(')
            .text("optimizer")
            .floats("0", GAP / 4)
            .text("model")
            .op('}')
            .text("first")
            .tensor("FloatStorage", "0", GAP / 4, 1 << 30, new long[] {2}, new long[] {1})
            .op('s')
            .op('u', '.')
            .bytes();
    byte[] keys = new PickleBytes().op(']').text("0").op('a', '.').bytes();
    Path file = folder.resolve("large.pth");
    long data = pickles.length + keys.length + 8L;
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(pickles));
      channel.write(ByteBuffer.wrap(keys));
      channel.write(little(8).putLong(GAP / 4).flip());
      channel.write(little(8).putFloat(1.5f).putFloat(-2).flip(), data + (4L << 30));
      channel.write(ByteBuffer.allocate(1), data + GAP - 1);
    }

    StateDict weights = TorchCheckpoint.read(file, Optional.empty()).weights();

    assertThat(weights.get("first").toDoubles()).containsExactly(1.5, -2);
  }

  @Test
  void aZipRecordBeyondFourGibibytesIsRead(@TempDir Path folder) throws IOException {
    PickleBytes pickle = new PickleBytes().op('}', '(').text("optimizer").floats("0", GAP / 4);
    byte[] program = pickle.text("model").op('}').text("w").floats("1", 2).op('s', 'u').stop();
    byte[] floats = little(8).putFloat(1.5f).putFloat(-2).array();
    Path file = folder.resolve("large.pth");
    try (SparseZip zip = new SparseZip(file)) {
      zip.stored("a/data.pkl", program);
      zip.hole("a/data/0", GAP);
      zip.stored("a/data/1", floats);
    }

    StateDict weights = TorchCheckpoint.read(file, Optional.empty()).weights();

    assertThat(weights.get("w").toDoubles()).containsExactly(1.5, -2);
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
