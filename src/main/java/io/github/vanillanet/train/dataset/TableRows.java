package io.github.vanillanet.train.dataset;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The rows of a table of labels, as text. */
final class TableRows {

  private TableRows() {}

  /**
   * Reads a file of comma-separated values, or of one JSON object per line, whose member names are
   * the first row.
   *
   * @throws JacksonException if the file is neither
   */
  static List<List<String>> read(Path table) throws IOException {
    String content = Files.readString(table);
    String text = content.startsWith("\ufeff") ? content.substring(1) : content;
    return table.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".jsonl")
        ? objects(text)
        : values(text);
  }

  /** Columns are separated by commas, or by what the first line contains instead of a comma. */
  private static List<List<String>> values(String text) throws IOException {
    String first = text.lines().findFirst().orElse("");
    char separator = first.contains(",") ? ',' : first.contains(";") ? ';' : '\t';
    try (MappingIterator<List<String>> rows =
        new CsvMapper()
            .enable(CsvParser.Feature.WRAP_AS_ARRAY)
            .readerForListOf(String.class)
            .with(CsvSchema.emptySchema().withColumnSeparator(separator))
            .readValues(text)) {
      return rows.readAll();
    }
  }

  private static List<List<String>> objects(String text) throws IOException {
    List<JsonNode> objects;
    try (MappingIterator<JsonNode> values =
        new ObjectMapper().readerFor(JsonNode.class).readValues(text)) {
      objects = values.readAll();
    }
    Set<String> names = new LinkedHashSet<>();
    objects.forEach(object -> object.fieldNames().forEachRemaining(names::add));
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.copyOf(names));
    objects.forEach(
        object -> rows.add(names.stream().map(name -> object.path(name).asText("")).toList()));
    return rows;
  }
}
