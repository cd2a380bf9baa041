package io.github.vanillanet.page;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a {@link Visit} of one shared service in one shared browser, the installed Chromium.
 * Without Chromium the tests are skipped.
 */
final class Browsers implements BeforeAllCallback, AfterEachCallback, ParameterResolver {

  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(Browsers.class);

  /** Of this process: each class of tests has a root of its own, and none of them need more. */
  private static LiveService service;

  private static Browser browser;

  private static Optional<Path> installed() {
    return NAMES.stream()
        .flatMap(
            name ->
                Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                    .map(folder -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    Assumptions.assumeTrue(installed().isPresent(), "no Chromium is installed");
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Visit.class;
  }

  @Override
  public Visit resolveParameter(ParameterContext parameter, ExtensionContext context) {
    start();
    Visit visit = new Visit(browser, service);
    context.getStore(NAMESPACE).put(Visit.class, visit);
    return visit;
  }

  private static synchronized void start() {
    if (service == null) {
      service = LiveService.start();
      Playwright playwright =
          Playwright.create(
              new Playwright.CreateOptions()
                  .setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
      browser =
          playwright
              .chromium()
              .launch(
                  new BrowserType.LaunchOptions()
                      .setExecutablePath(installed().orElseThrow())
                      // root and most containers cannot use the sandbox
                      .setArgs(List.of("--no-sandbox")));
    }
  }

  /** Problems found by the visit must not hide the failure of a test. */
  @Override
  public void afterEach(ExtensionContext context) {
    Visit visit = context.getStore(NAMESPACE).remove(Visit.class, Visit.class);
    if (visit != null) {
      visit.close(context.getExecutionException().isEmpty());
    }
  }
}
