package io.github.vanillanet.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TimeZone;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchArchiveTest {

  private static final int ALIGNMENT = 64;

  private final Map<String, HostTensor> weights = new LinkedHashMap<>();
  private final Path file;

  TorchArchiveTest(@TempDir Path folder) {
    file = folder.resolve("archive.pth");
    weights.put("first", HostTensor.of(new float[] {1.5f, -2, 3}, 3));
    weights.put("second.weight", HostTensor.of(new double[] {0.25, 7}, 2, 1));
    weights.put("third", HostTensor.of(new float[] {-8}, 1));
  }

  @Test
  void aWrittenCheckpointIsReadBack() throws IOException {
    TorchArchive.writeCheckpoint(file, Map.of("model", weights));

    StateDict read = TorchCheckpoint.read(file, Optional.of("model")).weights();

    assertThat(read.sha256()).isEqualTo(new StateDict(weights).sha256());
  }

  @Test
  void tensorsStartAtMultiplesOf64Bytes() throws IOException {
    TorchArchive.writeCheckpoint(file, Map.of("model", weights));

    byte[] bytes = Files.readAllBytes(file);

    for (HostTensor tensor : weights.values()) {
      assertThat(offsets(bytes, tensor.bytes()))
          .anySatisfy(offset -> assertThat(offset % ALIGNMENT).isZero());
    }
  }

  @Test
  void theBytesDoNotDependOnTheTimeZone() throws IOException {
    TimeZone before = TimeZone.getDefault();
    try {
      TimeZone.setDefault(TimeZone.getTimeZone("Asia/Tokyo"));
      TorchArchive.writeCheckpoint(file, Map.of("model", weights));
      byte[] inTokyo = Files.readAllBytes(file);

      TimeZone.setDefault(TimeZone.getTimeZone("America/Lima"));
      TorchArchive.writeCheckpoint(file, Map.of("model", weights));

      assertThat(Files.readAllBytes(file)).isEqualTo(inTokyo);
    } finally {
      TimeZone.setDefault(before);
    }
  }

  private static List<Integer> offsets(byte[] bytes, ByteBuffer content) {
    return IntStream.rangeClosed(0, bytes.length - content.capacity())
        .filter(at -> ByteBuffer.wrap(bytes, at, content.capacity()).equals(content))
        .boxed()
        .toList();
  }
}
