package io.github.vanillanet.cli;

import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The commands of the jar. Results go to standard output, everything else to standard error. A
 * failure prints one line and exits with 1, or with 2 if the command line is invalid.
 */
@Command(
    name = "java -jar quarkus-run.jar",
    description = "Without a command, the service starts.",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = CommandLineInterface.Version.class,
    subcommands = {
      ClassifyCommand.class,
      ImportCommand.class,
      ExportCommand.class,
      QuantizeCommand.class,
      EmbedCommand.class,
      ExplainCommand.class,
      TrainCommand.class,
      VerifyCommand.class,
      ModelsCommand.class,
      PushCommand.class,
      BenchCommand.class,
      ExperimentCommand.class,
      ConfigCommand.class,
      HelpCommand.class
    })
public final class CommandLineInterface {

  private static final int FAILED = 1;
  private static final int INVALID_COMMAND_LINE = 2;

  private CommandLineInterface() {}

  /** Reads the version from the manifest of the jar. */
  static final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() throws IOException {
      try (InputStream manifest = ClassLoader.getSystemResourceAsStream("META-INF/MANIFEST.MF")) {
        Attributes attributes = new Manifest(manifest).getMainAttributes();
        return new String[] {
          attributes.getValue(Attributes.Name.IMPLEMENTATION_TITLE)
              + " "
              + attributes.getValue(Attributes.Name.IMPLEMENTATION_VERSION)
        };
      }
    }
  }

  /**
   * Runs one command.
   *
   * @return the process's exit code
   */
  public static int run(String... arguments) {
    silenceLibraries();
    CommandLine commands = new CommandLine(new CommandLineInterface());
    Options.registerConverters(commands);
    commands.setParameterExceptionHandler(
        (failure, given) -> {
          commands.getErr().println(oneLine(problem(failure)) + " (see --help)");
          return INVALID_COMMAND_LINE;
        });
    commands.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          String message =
              failure instanceof ServiceException ? failure.getMessage() : "unexpected: " + failure;
          command.getErr().println(oneLine(message));
          return FAILED;
        });
    commands.setOut(
        new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), true));
    try {
      return commands.execute(arguments);
    } catch (Error e) { // for example out of memory
      commands.getErr().println(oneLine("unexpected: " + e));
      return FAILED;
    }
  }

  /** Reports a misspelt option before a missing required one, because it is usually the cause. */
  private static String problem(ParameterException failure) {
    List<String> unmatched = failure.getCommandLine().getUnmatchedArguments();
    if (failure instanceof MissingParameterException && !unmatched.isEmpty()) {
      return problem(new UnmatchedArgumentException(failure.getCommandLine(), unmatched));
    }
    List<String> suggestions =
        failure instanceof UnmatchedArgumentException unknown
            ? unknown.getSuggestions()
            : List.of();
    return suggestions.isEmpty()
        ? failure.getMessage()
        : failure.getMessage() + "; did you mean " + suggestions.get(0) + "?";
  }

  /** Removes characters that could control the terminal: a file's content can be in a message. */
  private static String oneLine(String message) {
    return message.replaceAll("\\s*[\\r\\n]+\\s*", " ").replaceAll("\\p{Cntrl}", "?");
  }

  private static void silenceLibraries() {
    Logger root = Logger.getLogger("");
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    ConsoleHandler handler = new ConsoleHandler(); // writes to standard error
    handler.setLevel(Level.SEVERE);
    root.addHandler(handler);
    root.setLevel(Level.SEVERE);
  }
}
