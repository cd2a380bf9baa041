package io.github.vanillanet.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.github.vanillanet.cli.CommandLineInterface;
import io.github.vanillanet.docs.Page.Block;
import io.github.vanillanet.model.network.VanillaNetVariant;
import io.github.vanillanet.train.loop.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Links, sizes and the options of every documented command. */
class DocumentationTest {

  private static final int README_WORDS = 600;
  private static final Set<String> MARKS =
      Set.of("run", "serve", "build", "download", "container", "cluster", "long");
  private static final String JAR = "java -jar target/quarkus-app/quarkus-run.jar";
  private static final Pattern LONG_OPTION = Pattern.compile("(?<=\\s)--[a-z][a-z0-9-]*");

  @Test
  void theReadmeHasAtMostSixHundredWords() throws IOException {
    String text = Files.readString(Page.ROOT.resolve("README.md"));

    assertThat(text.trim().split("\\s+").length).isLessThanOrEqualTo(README_WORDS);
  }

  @Test
  void everyLinkLeadsToAFileAndAHeading() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Page page : Page.all()) {
      for (String target : page.targets()) {
        if (target.matches("https?://.*")) {
          continue;
        }
        String[] parts = target.split("#", 2);
        Path file = parts[0].isEmpty() ? page.file() : page.file().resolveSibling(parts[0]);
        if (!Files.exists(file)
            || parts.length == 2 && !Page.read(file).anchors().contains(parts[1])) {
          broken.add(page + " → " + target);
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  @Test
  void theReadmeLinksEveryPage() throws IOException {
    List<String> linked = Page.read(Page.ROOT.resolve("README.md")).targets();

    for (Page page : Page.all()) {
      if (page.toString().startsWith("docs/")) {
        assertThat(linked).contains(page.toString());
      }
    }
  }

  @Test
  void everyShellBlockIsMarked() throws IOException {
    for (Page page : Page.all()) {
      for (Block block : page.blocks("sh")) {
        assertThat(block.mark()).as("mark of %s:%d", page, block.line()).isIn(MARKS);
      }
    }
  }

  @Test
  void commandsOfTheJarHaveTheDocumentedOptions() throws IOException {
    Map<String, CommandLine> commands =
        CommandSpec.forAnnotatedObject(CommandLineInterface.class).subcommands();
    for (String command : commands(JAR)) {
      List<String> words =
          Arrays.asList(command.substring(command.indexOf(JAR) + JAR.length()).trim().split(" "));
      if (words.get(0).isEmpty()) {
        continue; // serves
      }
      assertThat(commands).as(command).containsKey(words.get(0));
      CommandLine called = commands.get(words.get(0));
      if (words.size() > 1 && called.getSubcommands().containsKey(words.get(1))) {
        called = called.getSubcommands().get(words.get(1));
      }
      assertThat(called.getCommandSpec().optionsMap().keySet())
          .as(command)
          .containsAll(longOptions(command));
    }
  }

  @Test
  void optionTablesNameOptionsOfTheirCommand() throws IOException {
    Map<String, CommandLine> commands =
        CommandSpec.forAnnotatedObject(CommandLineInterface.class).subcommands();
    for (Map.Entry<String, String> table :
        Map.of("import", "docs/models.md", "train", "docs/training.md").entrySet()) {
      String prose = Page.read(Page.ROOT.resolve(table.getValue())).prose();
      List<String> named =
          prose
              .lines()
              .filter(line -> line.startsWith("| `--"))
              .flatMap(line -> longOptions(line.replace('`', ' ')).stream())
              .toList();

      assertThat(named).isNotEmpty();
      assertThat(commands.get(table.getKey()).getCommandSpec().optionsMap().keySet())
          .as(table.getValue())
          .containsAll(named);
    }
  }

  @Test
  void theTableOfTheRequestNamesEveryMemberOfARecipe() throws IOException {
    String prose = Page.read(Page.ROOT.resolve("docs/training.md")).prose();
    String table = prose.substring(prose.indexOf("\n## Request\n"));
    Stream<String> named =
        table
            .substring(0, table.indexOf("\n### "))
            .lines()
            .filter(line -> line.startsWith("| `"))
            .map(line -> line.split("\\|")[1])
            .flatMap(cell -> Pattern.compile("`(\\w+)`").matcher(cell).results())
            .map(member -> member.group(1));

    assertThat(named).containsExactlyInAnyOrderElementsOf(recipeMembers());
  }

  @Test
  void setOptionsNameMembersOfARecipe() throws IOException {
    Pattern set = Pattern.compile("--set '?(\\w+)=");
    for (String command : commands(JAR)) {
      set.matcher(command)
          .results()
          .forEach(member -> assertThat(recipeMembers()).as(command).contains(member.group(1)));
    }
  }

  @Test
  void settingsThatPagesMentionExist() throws IOException {
    String settings = Files.readString(Page.ROOT.resolve("docs/configuration.md"));
    Pattern setting =
        Pattern.compile("vanillanet\\.[a-z][a-z-]*(\\.[a-z][a-z-]*)*|VANILLANET_[A-Z_]+[A-Z]");
    for (Page page : Page.all()) {
      setting
          .matcher(Files.readString(page.file()))
          .results()
          .map(result -> result.group())
          .filter(name -> !name.matches("VANILLANET_GROUPS_.*|vanillanet\\.groups.*"))
          .forEach(name -> assertThat(settings).as(page + " mentions " + name).contains(name));
    }
  }

  @Test
  void mavenCommandsNameExistingTestsAndProfiles() throws IOException {
    String pom = Files.readString(Page.ROOT.resolve("pom.xml"));
    for (String command : commands("mvn ")) {
      String maven =
          command.replaceFirst("^(?:[A-Z_]+=\"[^\"]*\" )+", ""); // without variables of the shell
      for (String word : maven.split("\\s+")) {
        Matcher test = Pattern.compile("-D(?:it\\.)?test=(\\w+)").matcher(word);
        if (test.matches()) {
          assertThat(javaTests()).as(command).contains(test.group(1));
        } else if (word.startsWith("-P")) {
          assertThat(pom).as(command).contains("<id>" + word.substring(2) + "</id>");
        } else if (word.matches("-D(jmh|forward)[.\\w]*(=.*)?")) {
          assertThat(pom)
              .as(command)
              .containsPattern("<" + word.substring(2).split("=")[0] + "(>|/>)");
        } else if (word.matches("[a-z-]+:[a-z-]+")) {
          assertThat(pom + "maven-quarkus").as(command).contains(word.split(":")[0]);
        } else {
          assertThat(word)
              .as(command)
              .isIn("mvn", "package", "test", "verify", "-DskipTests", "-o");
        }
      }
    }
  }

  @Test
  void containerAndClusterCommandsNameExistingFilesAndValues() throws IOException {
    JsonNode values = new YAMLMapper().readTree(Page.ROOT.resolve("helm/values.yaml").toFile());
    for (String command :
        Stream.concat(
                commands("docker ").stream(),
                Stream.concat(commands("helm ").stream(), commands("kubectl ").stream()))
            .toList()) {
      Pattern.compile("(?:-f|--file|--filename|--kustomize) (\\S+)")
          .matcher(command)
          .results()
          .forEach(path -> assertThat(Page.ROOT.resolve(path.group(1))).as(command).exists());
      Pattern.compile("--set '?([\\w.]+)=")
          .matcher(command)
          .results()
          .forEach(
              value ->
                  assertThat(values.at("/" + value.group(1).replace('.', '/')).isMissingNode())
                      .as("%s: %s", command, value.group(1))
                      .isFalse());
    }
  }

  @Test
  void theDownloadNamesThePublishedFileOfEveryVariant() throws IOException {
    String loop =
        Page.read(Page.ROOT.resolve("README.md")).blocks("sh").stream()
            .map(Block::text)
            .filter(text -> text.contains("releases/download/ckpt/vanillanet_$v.pth"))
            .findFirst()
            .orElseThrow();
    Matcher list = Pattern.compile("for v in ([^;]+);").matcher(loop);

    assertThat(list.find()).isTrue();
    assertThat(Stream.of(list.group(1).split(" ")).map(v -> "vanillanet_" + v))
        .containsExactlyElementsOf(
            Stream.of(VanillaNetVariant.values()).map(VanillaNetVariant::officialName).toList());
  }

  /** Every command, of any page, that contains {@code program}. */
  private static List<String> commands(String program) throws IOException {
    List<String> found = new ArrayList<>();
    for (Page page : Page.all()) {
      for (Block block : page.blocks("sh")) {
        block.commands().stream().filter(command -> command.contains(program)).forEach(found::add);
      }
    }
    assertThat(found).as(program).isNotEmpty();
    return found;
  }

  private static List<String> recipeMembers() {
    return Arrays.stream(Recipe.class.getRecordComponents())
        .map(component -> component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT))
        .toList();
  }

  private static List<String> longOptions(String command) {
    return LONG_OPTION.matcher(command).results().map(option -> option.group()).toList();
  }

  private static Set<String> javaTests() throws IOException {
    try (Stream<Path> files = Files.walk(Page.ROOT.resolve("src/test/java"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".java"))
          .map(name -> name.substring(0, name.length() - ".java".length()))
          .collect(Collectors.toSet());
    }
  }
}
