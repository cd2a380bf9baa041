package io.github.vanillanet.model.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Writes tensors as a safetensors file: the widest element types first, so that all are aligned,
 * otherwise in the given order. The same content gives the same bytes.
 */
public final class SafetensorsWriter {

  private static final int ALIGNMENT = 8;

  private SafetensorsWriter() {}

  /**
   * @param metadata texts by name
   */
  public static void write(Path file, Map<String, HostTensor> tensors, Map<String, String> metadata)
      throws IOException {
    List<Map.Entry<String, HostTensor>> inOrder = new ArrayList<>(tensors.entrySet());
    inOrder.sort(Comparator.comparing(entry -> -entry.getValue().type().bytes()));
    byte[] header = header(inOrder, metadata);
    int padding = Math.floorMod(-header.length, ALIGNMENT);
    try (OutputStream out = Files.newOutputStream(file);
        WritableByteChannel channel = Channels.newChannel(out)) {
      ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      out.write(length.putLong(header.length + padding).array());
      out.write(header);
      out.write(" ".repeat(padding).getBytes(StandardCharsets.US_ASCII));
      for (Map.Entry<String, HostTensor> entry : inOrder) {
        ByteBuffer bytes = entry.getValue().bytes();
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
    }
  }

  private static byte[] header(
      List<Map.Entry<String, HostTensor>> tensors, Map<String, String> metadata)
      throws IOException {
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(header)) {
      json.writeStartObject();
      json.writeObjectFieldStart(SafetensorsHeader.METADATA);
      for (Map.Entry<String, String> text : metadata.entrySet()) {
        json.writeStringField(text.getKey(), text.getValue());
      }
      json.writeEndObject();
      long at = 0;
      for (Map.Entry<String, HostTensor> entry : tensors) {
        HostTensor tensor = entry.getValue();
        long end = at + tensor.bytes().remaining();
        json.writeObjectFieldStart(entry.getKey());
        json.writeStringField("dtype", SafetensorsHeader.dtype(tensor.type()));
        json.writeFieldName("shape");
        json.writeArray(tensor.shape(), 0, tensor.shape().length);
        json.writeFieldName("data_offsets");
        json.writeArray(new long[] {at, end}, 0, 2);
        json.writeEndObject();
        at = end;
      }
      json.writeEndObject();
    }
    return header.toByteArray();
  }
}
