package io.github.vanillanet.cli;

import io.github.vanillanet.base.error.ServiceException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The commands of the jar. Results go to standard output, everything else to standard error; a
 * failure is one line there and an exit code: 1 for the work, 2 for the command line.
 */
@Command(
    name = "java -jar quarkus-run.jar",
    description = "Without a command: serve.",
    mixinStandardHelpOptions = true,
    subcommands = {
      ImportCommand.class,
      TrainCommand.class,
      VerifyCommand.class,
      ModelsCommand.class,
      BenchCommand.class
    })
public final class CommandLineInterface implements Runnable {

  private static final int FAILED = 1;
  private static final int MISUSED = 2;

  private CommandLineInterface() {}

  @Override
  public void run() {
    throw new IllegalStateException("without a command the jar serves");
  }

  /**
   * Runs one command.
   *
   * @return the process's exit code
   */
  public static int run(String... arguments) {
    logToStandardError();
    CommandLine commands = new CommandLine(new CommandLineInterface());
    commands.setCaseInsensitiveEnumValuesAllowed(true);
    commands.setParameterExceptionHandler(
        (failure, words) -> {
          commands.getErr().println(oneLine(failure.getMessage()) + " (--help tells the usage)");
          return MISUSED;
        });
    commands.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          command.getErr().println(message(failure));
          return FAILED;
        });
    commands.setOut(
        new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), true));
    try {
      return commands.execute(arguments);
    } catch (Error e) { // no memory, a fault in a mapping: still one line
      commands.getErr().println(oneLine("unexpected: " + e));
      return FAILED;
    }
  }

  private static String message(Exception failure) {
    return failure instanceof ServiceException
        ? oneLine(failure.getMessage())
        : oneLine("unexpected: " + failure);
  }

  private static String oneLine(String message) {
    // a file's own words may hold what a terminal takes for commands
    return message.replaceAll("\\s*[\\r\\n]+\\s*", " ").replaceAll("\\p{Cntrl}", "?");
  }

  /** Nobody else has configured logging: Quarkus does not boot for a command. */
  private static void logToStandardError() {
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
