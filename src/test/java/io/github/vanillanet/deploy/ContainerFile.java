package io.github.vanillanet.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A parsed Dockerfile: the instructions of each build stage, without comments and with continued
 * lines joined. The images are the defaults of the build arguments that name them.
 */
record ContainerFile(Path path, List<Stage> stages) {

  /** An instruction, for example {@code COPY}, and the rest of its line. */
  record Instruction(String keyword, String arguments) {

    /** The arguments without {@code --flags}. */
    List<String> words() {
      List<String> words = new ArrayList<>();
      for (String word : arguments.trim().split("\\s+")) {
        if (!word.startsWith("--")) {
          words.add(word);
        }
      }
      return words;
    }

    boolean isExecForm() {
      return arguments.trim().startsWith("[") && arguments.trim().endsWith("]");
    }

    /** The strings of an exec form (a JSON array). */
    List<String> execForm() {
      List<String> strings = new ArrayList<>();
      Matcher quoted = QUOTED.matcher(arguments);
      while (quoted.find()) {
        strings.add(quoted.group(1));
      }
      return strings;
    }
  }

  /** The instructions from one {@code FROM} to the next. */
  record Stage(String image, String name, List<Instruction> instructions) {

    List<Instruction> all(String keyword) {
      return instructions.stream().filter(i -> i.keyword().equals(keyword)).toList();
    }

    Instruction only(String keyword) {
      List<Instruction> found = all(keyword);
      if (found.size() != 1) {
        throw new AssertionError("expected one %s, found %d".formatted(keyword, found.size()));
      }
      return found.get(0);
    }

    /** Variables of {@code ENV name=value …} and {@code LABEL name="value" …}. */
    Map<String, String> assignments(String keyword) {
      Map<String, String> values = new LinkedHashMap<>();
      for (Instruction instruction : all(keyword)) {
        Matcher pair = PAIR.matcher(instruction.arguments());
        while (pair.find()) {
          values.put(pair.group(1), pair.group(2) == null ? pair.group(3) : pair.group(2));
        }
      }
      return values;
    }
  }

  private static final Pattern QUOTED = Pattern.compile("\"([^\"]*)\"");
  private static final Pattern PAIR = Pattern.compile("([\\w.]+)=(?:\"([^\"]*)\"|(\\S*))");
  private static final Pattern FROM = Pattern.compile("(\\S+)(?:\\s+[Aa][Ss]\\s+(\\S+))?");

  static ContainerFile read(Path path) throws IOException {
    return parse(path, Files.readAllLines(path));
  }

  static ContainerFile parse(Path path, List<String> lines) {
    List<Stage> stages = new ArrayList<>();
    Map<String, String> arguments = new LinkedHashMap<>();
    for (String line : joined(lines)) {
      String[] parts = line.split("\\s+", 2);
      Instruction instruction =
          new Instruction(parts[0].toUpperCase(Locale.ROOT), parts.length > 1 ? parts[1] : "");
      if (instruction.keyword().equals("FROM")) {
        Matcher from = FROM.matcher(instruction.arguments().trim());
        if (!from.matches()) {
          throw new AssertionError("cannot parse FROM: " + line);
        }
        String name = from.group(2) == null ? "" : from.group(2);
        stages.add(new Stage(image(from.group(1), arguments), name, new ArrayList<>()));
      } else if (stages.isEmpty() && instruction.keyword().equals("ARG")) {
        String[] pair = instruction.arguments().split("=", 2);
        arguments.put(pair[0], pair.length > 1 ? pair[1] : "");
      } else if (stages.isEmpty()) {
        throw new AssertionError(path + " has an instruction before FROM: " + line);
      } else {
        stages.get(stages.size() - 1).instructions().add(instruction);
      }
    }
    return new ContainerFile(path, stages);
  }

  /** The default of a build argument, if the image of a stage is one. */
  private static String image(String name, Map<String, String> arguments) {
    return name.startsWith("$") ? arguments.getOrDefault(name.substring(1), name) : name;
  }

  private static List<String> joined(List<String> lines) {
    List<String> whole = new ArrayList<>();
    StringBuilder open = new StringBuilder();
    for (String line : lines) {
      String text = line.strip();
      if (text.isEmpty() || text.startsWith("#")) {
        continue;
      }
      boolean continued = text.endsWith("\\");
      open.append(continued ? text.substring(0, text.length() - 1) : text).append(' ');
      if (!continued) {
        whole.add(open.toString().strip());
        open.setLength(0);
      }
    }
    if (!open.isEmpty()) {
      throw new AssertionError("the last line ends with a continuation: " + open);
    }
    return whole;
  }

  /** The last stage, which becomes the image. */
  Stage last() {
    return stages.get(stages.size() - 1);
  }
}
