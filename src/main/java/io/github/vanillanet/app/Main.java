package io.github.vanillanet.app;

import io.github.vanillanet.cli.CommandLineInterface;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** One jar for both: with a command it runs that and ends, without one it serves. */
@QuarkusMain
public final class Main {

  private static final String SERVE = "serve";

  /** The platform answers a URI that is none with nothing; {@code rest} does it with a reason. */
  private static final String LEAVE_URIS_TO_US = "vertx.disableURIValidation";

  private Main() {}

  public static void main(String... arguments) {
    if (arguments.length == 0 || arguments[0].equals(SERVE)) {
      System.setProperty(LEAVE_URIS_TO_US, "true"); // read when Quarkus boots
      Quarkus.run(arguments);
    } else {
      // Before Quarkus boots: a command needs no server, and starts in a second.
      System.exit(CommandLineInterface.run(arguments));
    }
  }
}
