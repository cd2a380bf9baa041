package io.github.vanillanet.model.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file: JSON in strict UTF-8, each name once, no unknown members.
 *
 * @param metadata texts by name
 */
record SafetensorsHeader(List<Entry> entries, PickleDict metadata) {

  static final String METADATA = "__metadata__";

  private static final Map<String, ScalarType> TYPES =
      Map.of(
          "F64", ScalarType.FLOAT64,
          "F32", ScalarType.FLOAT32,
          "F16", ScalarType.FLOAT16,
          "BF16", ScalarType.BFLOAT16,
          "I64", ScalarType.INT64,
          "I32", ScalarType.INT32,
          "I16", ScalarType.INT16,
          "I8", ScalarType.INT8,
          "U8", ScalarType.UINT8,
          "BOOL", ScalarType.BOOL);

  private static final int MOST_TENSORS = 50_000;
  private static final int LONGEST_NAME = 4096;
  private static final int HIGHEST_RANK = 64;
  private static final int ENTRY_COST = 512;
  private static final long MOST_TEXT = 64L << 20;

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /** One tensor. Its bytes are from {@code begin} to {@code end} after the header. */
  record Entry(String name, ScalarType type, long[] shape, long begin, long end) {

    String shown() {
      return Rejection.quote(name);
    }
  }

  /** The name of the type in a header. */
  static String dtype(ScalarType type) {
    return TYPES.entrySet().stream()
        .filter(entry -> entry.getValue() == type)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }

  static SafetensorsHeader read(ByteBuffer header) {
    InputStream bytes = new BufferInput(header);
    try (Reader text = new InputStreamReader(bytes, StandardCharsets.UTF_8.newDecoder());
        JsonParser json = JSON.createParser(text)) {
      return read(json);
    } catch (CharacterCodingException e) {
      throw Rejection.of("safetensors: expected a header in UTF-8, found other bytes");
    } catch (JsonProcessingException e) {
      throw Rejection.of(
          "safetensors: the header is not valid JSON: %s",
          Rejection.quote(e.getOriginalMessage().replaceFirst("(?s)\\s*[(\n].*", "")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SafetensorsHeader read(JsonParser json) throws IOException {
    Allowance allowance = Allowance.fixed("the header's names and texts", MOST_TEXT);
    List<Entry> entries = new ArrayList<>();
    PickleDict metadata = new PickleDict();
    require(json, JsonToken.START_OBJECT, json.nextToken(), "an object");
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      allowance.take(ENTRY_COST + 2L * name.length());
      if (name.equals(METADATA)) {
        readMetadata(json, metadata, allowance);
      } else if (name.length() > LONGEST_NAME || entries.size() == MOST_TENSORS) {
        throw Rejection.of(
            "safetensors: expected at most %d tensors with names of at most %d characters",
            MOST_TENSORS, LONGEST_NAME);
      } else {
        entries.add(entry(json, name));
      }
    }
    if (json.nextToken() != null) {
      throw Rejection.of("safetensors: expected spaces after the header's object, found more JSON");
    }
    return new SafetensorsHeader(entries, metadata);
  }

  private static void readMetadata(JsonParser json, PickleDict texts, Allowance allowance)
      throws IOException {
    require(json, JsonToken.START_OBJECT, json.nextToken(), METADATA + " as an object");
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String key = json.currentName();
      require(json, JsonToken.VALUE_STRING, json.nextToken(), "texts in " + METADATA);
      allowance.take(ENTRY_COST + 2L * (key.length() + json.getTextLength()));
      texts.put(key, json.getText());
    }
  }

  private static Entry entry(JsonParser json, String name) throws IOException {
    String shown = Rejection.quote(name);
    require(json, JsonToken.START_OBJECT, json.nextToken(), shown + " as an object");
    String dtype = "";
    List<Long> shape = null;
    List<Long> offsets = List.of();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String member = json.currentName();
      JsonToken value = json.nextToken();
      if (member.equals("dtype")) {
        require(json, JsonToken.VALUE_STRING, value, shown + ": dtype as a text");
        dtype = json.getText();
      } else if (member.equals("shape")) {
        shape = longs(json, shown + ": shape");
      } else if (member.equals("data_offsets")) {
        offsets = longs(json, shown + ": data_offsets");
      } else {
        throw Rejection.of(
            "safetensors: %s: expected dtype, shape and data_offsets, found %s",
            shown, Rejection.quote(member));
      }
    }
    ScalarType type = TYPES.get(dtype);
    if (type == null) {
      throw Rejection.of(
          "safetensors: %s: expected a dtype of %s, found '%s'",
          shown,
          String.join(", ", TYPES.keySet().stream().sorted().toList()),
          Rejection.quote(dtype));
    }
    if (shape == null || offsets.size() != 2) {
      throw Rejection.of(
          "safetensors: %s: expected a shape and two data_offsets, found others", shown);
    }
    long[] dimensions = shape.stream().mapToLong(Long::longValue).toArray();
    return new Entry(name, type, dimensions, offsets.get(0), offsets.get(1));
  }

  private static List<Long> longs(JsonParser json, String what) throws IOException {
    require(json, JsonToken.START_ARRAY, json.currentToken(), what + " as an array");
    List<Long> values = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      boolean whole =
          json.currentToken() == JsonToken.VALUE_NUMBER_INT
              && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
      if (!whole || json.getLongValue() < 0 || values.size() == HIGHEST_RANK) {
        throw Rejection.of(
            "safetensors: %s: expected at most %d whole numbers of 0 to 2^63 - 1, found %s",
            what, HIGHEST_RANK, Rejection.quote(String.valueOf(json.getText())));
      }
      values.add(json.getLongValue());
    }
    return values;
  }

  private static void require(JsonParser json, JsonToken expected, JsonToken found, String what)
      throws IOException {
    if (found != expected) {
      throw Rejection.of(
          "safetensors: expected %s in the header, found %s",
          what, found == null ? "its end" : "'" + Rejection.quote(json.getText()) + "'");
    }
  }

  /** A buffer as a stream. */
  private static final class BufferInput extends InputStream {

    private final ByteBuffer bytes;

    BufferInput(ByteBuffer bytes) {
      this.bytes = bytes;
    }

    @Override
    public int read() {
      return bytes.hasRemaining() ? bytes.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int from, int most) {
      if (!bytes.hasRemaining()) {
        return most == 0 ? 0 : -1;
      }
      int count = Math.min(most, bytes.remaining());
      bytes.get(target, from, count);
      return count;
    }
  }
}
