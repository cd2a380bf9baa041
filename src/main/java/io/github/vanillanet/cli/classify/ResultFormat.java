package io.github.vanillanet.cli.classify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.vanillanet.base.json.RecordJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** How the result of a file is written: one record for each file. */
public enum ResultFormat {
  /** For people: the file, and the labels with their probabilities. */
  TABLE,
  /** Comma-separated values after RFC 4180, with a line of names. */
  CSV,
  /** One JSON object on each line: the file, and the members of the answer or of the failure. */
  JSONL;

  private static final String FILE = "file";
  private static final String CODE = "code";

  /** The result that a record describes. */
  record Recorded(String file, boolean failed) {}

  /** The first record. */
  Optional<String> head(int topK) {
    if (this != CSV) {
      return Optional.empty();
    }
    List<String> names = new ArrayList<>(List.of(FILE, "label", "probability"));
    for (int place = 2; place <= topK; place++) {
      names.addAll(List.of("label_" + place, "probability_" + place));
    }
    names.addAll(List.of(CODE, "error"));
    return Optional.of(csv(names));
  }

  /**
   * The record of a file, with the line break.
   *
   * @param result an answer with {@code predictions}, or a failure with {@code code} and {@code
   *     error}
   */
  String line(String file, ObjectNode result, int topK) {
    return switch (this) {
      case TABLE -> table(file, result);
      case CSV -> csv(row(file, result, topK));
      case JSONL -> {
        ObjectNode line = RecordJson.tree(Map.of(FILE, file));
        line.setAll(result);
        yield RecordJson.write(line) + "\n";
      }
    };
  }

  private static String table(String file, ObjectNode result) {
    StringBuilder row = new StringBuilder("%-40s".formatted(file));
    if (result.has(CODE)) {
      row.append("  ").append(result.path(CODE).asText());
      row.append(": ").append(result.path("error").asText());
    }
    for (JsonNode prediction : result.path("predictions")) {
      double probability = prediction.path("probability").asDouble();
      row.append(String.format(Locale.ROOT, "  %.4f ", probability));
      row.append(prediction.path("label").asText());
    }
    return row.toString().replaceAll("\\p{Cntrl}", "?") + "\n";
  }

  private static List<String> row(String file, ObjectNode result, int topK) {
    List<String> row = new ArrayList<>(List.of(file));
    for (int place = 0; place < topK; place++) {
      JsonNode prediction = result.path("predictions").path(place);
      row.add(prediction.path("label").asText());
      row.add(prediction.path("probability").asText());
    }
    row.add(result.path(CODE).asText());
    row.add(result.path("error").asText());
    return row;
  }

  private static String csv(List<String> fields) {
    List<String> quoted = new ArrayList<>();
    for (String field : fields) {
      boolean plain = field.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
      quoted.add(plain ? field : '"' + field.replace("\"", "\"\"") + '"');
    }
    return String.join(",", quoted) + "\n";
  }

  /**
   * Reads a record that {@link #line} has written.
   *
   * @return empty if it is anything else
   */
  Optional<Recorded> read(String line) {
    if (this == JSONL) {
      return RecordJson.parse(line, JsonNode.class)
          .filter(result -> result.path(FILE).isTextual())
          .map(result -> new Recorded(result.path(FILE).asText(), result.has(CODE)));
    }
    List<String> fields = fields(line);
    return fields.size() < 5
        ? Optional.empty()
        : Optional.of(new Recorded(fields.get(0), !fields.get(fields.size() - 2).isEmpty()));
  }

  private static List<String> fields(String line) {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    for (int at = 0; at < line.length(); at++) {
      char character = line.charAt(at);
      if (character == '"' && quoted && at + 1 < line.length() && line.charAt(at + 1) == '"') {
        field.append('"');
        at++;
      } else if (character == '"') {
        quoted = !quoted;
      } else if (!quoted && (character == ',' || character == '\n')) {
        fields.add(field.toString());
        field.setLength(0);
      } else {
        field.append(character);
      }
    }
    return fields;
  }
}
