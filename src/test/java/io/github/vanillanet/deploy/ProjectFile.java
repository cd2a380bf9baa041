package io.github.vanillanet.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Files of the project outside the class path. Tests run in the project's folder. */
final class ProjectFile {

  static final Path ROOT = Path.of("").toAbsolutePath();

  private ProjectFile() {}

  /** A property of the pom, or its version if the name is {@code version}. */
  static String pomProperty(String name) throws IOException {
    Pattern element = Pattern.compile("<%1$s>([^<]*)</%1$s>".formatted(Pattern.quote(name)));
    Matcher found = element.matcher(Files.readString(ROOT.resolve("pom.xml")));
    if (!found.find()) {
      throw new AssertionError("pom.xml has no <%s>".formatted(name));
    }
    return found.group(1);
  }

  /** The schema of the chart's values. */
  static JsonNode schema() throws IOException {
    return Manifests.YAML.readTree(ROOT.resolve("helm/values.schema.json").toFile());
  }

  static List<Path> below(String folder, String... endings) throws IOException {
    try (Stream<Path> paths = Files.walk(ROOT.resolve(folder))) {
      return paths
          .filter(Files::isRegularFile)
          .filter(path -> Stream.of(endings).anyMatch(path.toString()::endsWith))
          .sorted()
          .toList();
    }
  }
}
