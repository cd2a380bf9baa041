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
 * Opens the page for each test, with one shared service and one shared browser, the installed
 * Chromium. Skips the tests if Chromium is not installed.
 */
final class Browsers implements BeforeAllCallback, AfterEachCallback, ParameterResolver {

  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(Browsers.class);

  /** One service for all tests of this process. */
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
    return parameter.getParameter().getType() == PageSession.class;
  }

  @Override
  public PageSession resolveParameter(ParameterContext parameter, ExtensionContext context) {
    start();
    PageSession session = new PageSession(browser, service);
    context.getStore(NAMESPACE).put(PageSession.class, session);
    return session;
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

  /** Checks for browser errors only if the test has passed, to keep its own failure visible. */
  @Override
  public void afterEach(ExtensionContext context) {
    PageSession session = context.getStore(NAMESPACE).remove(PageSession.class, PageSession.class);
    if (session != null) {
      session.close(context.getExecutionException().isEmpty());
    }
  }
}
