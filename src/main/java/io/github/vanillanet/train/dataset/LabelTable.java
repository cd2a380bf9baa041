package io.github.vanillanet.train.dataset;

import com.fasterxml.jackson.core.JacksonException;
import io.github.vanillanet.base.json.JsonReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A table of labels: {@code labels.csv} with the columns file and label, or {@code metadata.csv} or
 * {@code metadata.jsonl} of Hugging Face with file_name and label. A column split is optional.
 * Without a header, the first two columns are file and label.
 *
 * @param files in the order of the table
 */
record LabelTable(List<ListedFile> files, Set<Path> listed) {

  private static final Set<String> NAMES = Set.of("labels.csv", "metadata.csv", "metadata.jsonl");
  private static final Set<String> FILE =
      Set.of("file", "filename", "image", "imagename", "path", "filepath", "imagepath", "img");
  private static final Set<String> LABEL =
      Set.of("label", "labels", "class", "classname", "category", "target");
  private static final Set<String> SPLIT = Set.of("split", "set", "subset");

  /** The table among the files of a folder. */
  static Optional<Path> find(List<Path> files) {
    return files.stream()
        .filter(file -> NAMES.contains(file.getFileName().toString().toLowerCase(Locale.ROOT)))
        .findFirst();
  }

  /** The positions of the columns; −1 for no such column. */
  private record Columns(int file, int label, int split) {}

  /**
   * Reads a table; its files are relative to its folder. The split of a row is that of {@code
   * split}, otherwise of its column, otherwise of the first folder in its path, otherwise training.
   *
   * @param root files outside it are not used
   * @return empty if the table has no such columns, which is a fatal finding
   */
  static Optional<LabelTable> read(Path table, Path root, Optional<Split> split, Findings findings)
      throws IOException {
    List<List<String>> rows;
    try {
      rows = TableRows.read(table);
    } catch (JacksonException e) {
      findings.add(
          Finding.Kind.UNKNOWN_LAYOUT,
          "%s cannot be read: %s".formatted(findings.relative(table), JsonReason.of(e)));
      return Optional.empty();
    }
    Path folder = table.getParent();
    Optional<Columns> header = rows.stream().findFirst().flatMap(LabelTable::header);
    Optional<Columns> columns =
        header.or(
            () ->
                rows.stream()
                    .findFirst()
                    .filter(row -> row.size() > 1 && exists(folder, row.get(0)))
                    .map(row -> new Columns(0, 1, -1)));
    if (columns.isEmpty()) {
      findings.add(
          Finding.Kind.UNKNOWN_LAYOUT,
          "found the columns %s in %s, expected file and label"
              .formatted(
                  rows.isEmpty() ? "(none)" : String.join(", ", rows.get(0)),
                  findings.relative(table)));
      return Optional.empty();
    }
    LabelTable read = new LabelTable(new ArrayList<>(), new HashSet<>());
    for (List<String> row : rows.subList(header.isPresent() ? 1 : 0, rows.size())) {
      read.add(row, columns.get(), table, root, split, findings);
    }
    return Optional.of(read);
  }

  boolean lists(Path file) {
    return listed.contains(file);
  }

  private void add(
      List<String> row,
      Columns columns,
      Path table,
      Path root,
      Optional<Split> given,
      Findings findings) {
    String name = cell(row, columns.file());
    String label = cell(row, columns.label()).replaceAll("\\p{Cntrl}", " ");
    if (name.isEmpty() && label.isEmpty()) {
      return;
    }
    String where = "%s, row of '%s'".formatted(findings.relative(table), name);
    if (name.isEmpty() || label.isEmpty()) {
      findings.add(Finding.Kind.MISSING_FILE, where + ": the file or the label is empty");
    } else if (!exists(table.getParent(), name)) {
      findings.add(Finding.Kind.MISSING_FILE, where + ": there is no such file");
    } else {
      Path file = table.resolveSibling(name).normalize();
      if (!isInside(file, root)) {
        findings.add(Finding.Kind.OUTSIDE_ROOT, where);
        return;
      }
      Path relative = table.getParent().relativize(file);
      Split split =
          given
              .or(() -> Split.named(cell(row, columns.split())))
              .or(() -> Split.named(relative.getName(0).toString()))
              .orElse(Split.TRAINING);
      files.add(new ListedFile(file, split, label));
      listed.add(file);
    }
  }

  private static boolean isInside(Path file, Path root) {
    try {
      return file.toRealPath().startsWith(root);
    } catch (IOException e) { // deleted meanwhile
      return false;
    }
  }

  private static boolean exists(Path folder, String name) {
    try {
      return !name.isBlank() && Files.isRegularFile(folder.resolve(name.strip()));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static String cell(List<String> row, int column) {
    return column >= 0 && column < row.size() ? row.get(column).strip() : "";
  }

  private static Optional<Columns> header(List<String> row) {
    Columns columns = new Columns(column(row, FILE), column(row, LABEL), column(row, SPLIT));
    return columns.file() >= 0 && columns.label() >= 0 ? Optional.of(columns) : Optional.empty();
  }

  private static int column(List<String> header, Set<String> names) {
    return IntStream.range(0, header.size())
        .filter(i -> names.contains(header.get(i).toLowerCase(Locale.ROOT).replaceAll("\\W|_", "")))
        .findFirst()
        .orElse(-1);
  }
}
