package io.github.vanillanet.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Markdown file of the project.
 *
 * @param file absolute path
 * @param prose the text without fenced blocks
 * @param blocks the fenced blocks, in order
 */
record Page(Path file, String prose, List<Block> blocks) {

  static final Path ROOT = Path.of("").toAbsolutePath();

  private static final Pattern FENCE = Pattern.compile("^```(\\w*) ?(.*)$");
  private static final Pattern HEADING = Pattern.compile("^#+ (.+)$", Pattern.MULTILINE);
  private static final Pattern LINK = Pattern.compile("(?<!!)\\[[^\\]]+\\]\\(([^)\\s]+)\\)");
  private static final Pattern IMAGE = Pattern.compile("!\\[[^\\]]+\\]\\(([^)\\s]+)\\)");

  /**
   * A fenced block.
   *
   * @param mark the words after the language; for shell blocks how they are tested
   * @param line of the opening fence
   */
  record Block(String language, String mark, String text, int line) {

    /** The commands, with continued lines joined and comments removed. */
    List<String> commands() {
      return text.replaceAll("\\\\\n\\s*", "")
          .lines()
          .map(line -> line.replaceAll("(^|\\s)#.*$", "").strip())
          .filter(line -> !line.isEmpty())
          .toList();
    }
  }

  /** README.md, the other Markdown files of the root, and all pages of {@code docs}. */
  static List<Page> all() throws IOException {
    List<Path> files = new ArrayList<>();
    for (String folder : List.of("", "docs", "deploy/gpu-check")) {
      try (Stream<Path> entries = Files.list(ROOT.resolve(folder))) {
        entries.filter(file -> file.toString().endsWith(".md")).sorted().forEach(files::add);
      }
    }
    List<Page> pages = new ArrayList<>();
    for (Path file : files) {
      pages.add(read(file));
    }
    return pages;
  }

  static Page read(Path file) throws IOException {
    List<Block> blocks = new ArrayList<>();
    StringBuilder prose = new StringBuilder();
    List<String> lines = Files.readAllLines(file);
    for (int i = 0; i < lines.size(); i++) {
      Matcher fence = FENCE.matcher(lines.get(i));
      if (!fence.matches()) {
        prose.append(lines.get(i)).append('\n');
        continue;
      }
      int start = i;
      StringBuilder text = new StringBuilder();
      for (i++; !lines.get(i).equals("```"); i++) {
        text.append(lines.get(i)).append('\n');
      }
      blocks.add(new Block(fence.group(1), fence.group(2), text.toString(), start + 1));
    }
    return new Page(file, prose.toString(), blocks);
  }

  List<Block> blocks(String language) {
    return blocks.stream().filter(block -> block.language().equals(language)).toList();
  }

  /** Targets of links and images. */
  List<String> targets() {
    return Stream.of(LINK, IMAGE)
        .flatMap(pattern -> pattern.matcher(prose).results())
        .map(result -> result.group(1))
        .toList();
  }

  /** Anchors of the headings, as GitHub forms them. */
  Set<String> anchors() {
    Set<String> anchors = new LinkedHashSet<>();
    HEADING
        .matcher(prose)
        .results()
        .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
        .map(title -> title.replaceAll("[^\\p{Alnum} _-]", "").replace(' ', '-'))
        .forEach(anchors::add);
    return anchors;
  }

  @Override
  public String toString() {
    return ROOT.relativize(file).toString();
  }
}
