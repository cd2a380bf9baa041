package io.github.vanillanet.base.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.util.JavacTask;
import io.smallrye.config.WithDefault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.ElementFilter;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/**
 * Generates the table of settings in {@code docs/configuration.md} from the source of {@link
 * ServingConfig}. Update the page with {@code mvn test -Dtest=ConfigurationPageTest -Dupdate=true}.
 */
class ConfigurationPageTest {

  private static final Path PAGE = Path.of("docs", "configuration.md");
  private static final Path SOURCES =
      Path.of("src/main/java", ServingConfig.class.getPackageName().replace('.', '/'));
  private static final String BEGIN = "<!-- begin: generated from ServingConfig -->\n";
  private static final String END = "<!-- end: generated from ServingConfig -->\n";
  private static final Map<String, String> TYPE_NAMES =
      Map.ofEntries(
          Map.entry("java.nio.file.Path", "path"),
          Map.entry("java.net.URI", "URI"),
          Map.entry(
              "io.github.vanillanet.base.config.RepositoryLocation",
              "path or `s3://BUCKET/PREFIX`"),
          Map.entry("java.lang.String", "text"),
          Map.entry("java.lang.Integer", "number"),
          Map.entry("java.util.OptionalInt", "number"),
          Map.entry("int", "number"),
          Map.entry("long", "number"),
          Map.entry("boolean", "`true` or `false`"),
          Map.entry("java.lang.Boolean", "`true` or `false`"),
          Map.entry("java.time.Duration", "duration"),
          Map.entry("io.quarkus.runtime.configuration.MemorySize", "size"));

  @Test
  void thePageListsEverySettingAsServingConfigDefinesIt() throws IOException {
    String page = Files.readString(PAGE);
    int begin = page.indexOf(BEGIN) + BEGIN.length();
    int end = page.indexOf(END);

    String current = page.substring(0, begin) + tables() + page.substring(end);

    if (Boolean.getBoolean("update")) {
      Files.writeString(PAGE, current);
    }
    assertThat(current).doesNotContain("| null |", "{@");
    assertThat(Files.readString(PAGE))
        .as("update it: mvn test -Dtest=ConfigurationPageTest -Dupdate=true")
        .isEqualTo(current);
  }

  private static String tables() throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  files,
                  null,
                  List.of("-proc:none"),
                  null,
                  files.getJavaFileObjects(
                      SOURCES.resolve("ServingConfig.java"),
                      SOURCES.resolve("BodyConfig.java"),
                      SOURCES.resolve("BucketConfig.java"),
                      SOURCES.resolve("ConnectionsConfig.java"),
                      SOURCES.resolve("GrpcConfig.java"),
                      SOURCES.resolve("KubernetesConfig.java"),
                      SOURCES.resolve("SignInConfig.java"),
                      SOURCES.resolve("TrainingConfig.java")));
      TypeElement root = null;
      for (Element element : task.analyze()) {
        if (element.getSimpleName().contentEquals("ServingConfig")) {
          root = (TypeElement) element;
        }
      }
      StringBuilder tables = new StringBuilder();
      appendTable(tables, task, "vanillanet", root);
      return tables.toString();
    }
  }

  private static void appendTable(
      StringBuilder tables, JavacTask task, String prefix, TypeElement group) {
    tables.append(
        """

        ### `%s.*`

        | setting and variable | type | default | meaning |
        |---|---|---|---|
        """
            .formatted(prefix));
    List<ExecutableElement> members = ElementFilter.methodsIn(group.getEnclosedElements());
    for (ExecutableElement member : members) {
      if (nested(member).isEmpty()) {
        tables.append(row(task, prefix, member));
      }
    }
    for (ExecutableElement member : members) {
      nested(member).ifPresent(type -> appendTable(tables, task, name(prefix, member), type));
    }
  }

  private static Optional<TypeElement> nested(ExecutableElement member) {
    return member.getReturnType() instanceof DeclaredType type
            && type.asElement().getKind() == ElementKind.INTERFACE
            && type.toString().startsWith(ServingConfig.class.getPackageName())
        ? Optional.of((TypeElement) type.asElement())
        : Optional.empty();
  }

  private static String name(String prefix, ExecutableElement member) {
    String name = member.getSimpleName().toString().replaceAll("([a-z0-9])([A-Z])", "$1-$2");
    boolean map = member.getReturnType().toString().startsWith("java.util.Map");
    return prefix + "." + name.toLowerCase(Locale.ROOT) + (map ? ".NAME" : "");
  }

  private static String row(JavacTask task, String prefix, ExecutableElement member) {
    String name = name(prefix, member);
    WithDefault value = member.getAnnotation(WithDefault.class);
    return "| `%s`<br>`%s` | %s | %s | %s |%n"
        .formatted(
            name,
            name.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT),
            type(member.getReturnType()),
            value == null ? "" : "`" + value.value() + "`",
            task.getElements()
                .getDocComment(member)
                .strip()
                .replaceAll("\\s+", " ")
                .replaceAll("\\{@code ([^}]*)}", "`$1`"));
  }

  private static String type(TypeMirror type) {
    DeclaredType declared = type instanceof DeclaredType found ? found : null;
    String name =
        declared == null
            ? type.getKind().name().toLowerCase(Locale.ROOT)
            : declared.asElement().toString();
    if (name.equals("java.util.Optional")) {
      return type(declared.getTypeArguments().get(0));
    }
    if (name.equals("java.util.List") || name.equals("java.util.Map")) {
      return "list, separated by commas";
    }
    if (declared != null && declared.asElement().getKind() == ElementKind.ENUM) {
      return declared.asElement().getEnclosedElements().stream()
          .filter(constant -> constant.getKind() == ElementKind.ENUM_CONSTANT)
          .map(constant -> "`" + constant.toString().toLowerCase(Locale.ROOT) + "`")
          .collect(Collectors.joining(" or "));
    }
    return TYPE_NAMES.get(name);
  }
}
