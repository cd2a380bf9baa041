package io.github.vanillanet.app;

import io.github.vanillanet.base.config.Settings;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.ProcessFolder;
import io.github.vanillanet.cli.CommandLineInterface;
import io.quarkus.runtime.Application;
import io.quarkus.runtime.ApplicationLifecycleManager;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** Runs a command if there is one, otherwise starts the service. */
@QuarkusMain
public final class Main {

  private static final String SERVE = "serve";
  private static final int INVALID_COMMAND_LINE = 2;

  /** Vert.x would answer an invalid URI without a body. A filter answers it with a problem. */
  private static final String DISABLE_URI_VALIDATION = "vertx.disableURIValidation";

  private Main() {}

  public static void main(String... arguments) {
    ProcessFolder.use().ifPresent(Main::deleteAtExit);
    if (arguments.length > 0 && !arguments[0].equals(SERVE)) {
      System.exit(CommandLineInterface.run(arguments)); // without Quarkus, so it starts fast
    }
    if (arguments.length > 1) {
      System.err.printf(
          "serve takes no options, found '%s'; use settings, which 'config' lists%n", arguments[1]);
      System.exit(INVALID_COMMAND_LINE);
    }
    try {
      Settings.read(); // Quarkus would print several lines with names of exceptions
    } catch (ServiceException e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
    System.setProperty(DISABLE_URI_VALIDATION, "true"); // Vert.x reads it when Quarkus starts
    Quarkus.run(arguments);
  }

  private static void deleteAtExit(ProcessFolder temporary) {
    Thread end = new Thread(() -> deleteAfterService(temporary), "delete-temporary-files");
    Runtime.getRuntime().addShutdownHook(end);
  }

  /** Requests that are still answered may have uploaded files. */
  private static void deleteAfterService(ProcessFolder temporary) {
    try {
      Application service = ApplicationLifecycleManager.getCurrentApplication();
      if (service != null) {
        service.awaitShutdown();
      }
    } finally {
      temporary.close();
    }
  }
}
