package io.github.vanillanet.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The page in a browser window. Records all requests and the errors of the browser. */
final class PageSession {

  private static final Path SCREENSHOTS = Path.of("target", "screenshots");
  private static final int TIMEOUT_MILLIS = 60_000;

  private final Browser browser;
  private final LiveService service;
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private final List<String> browserErrors = Collections.synchronizedList(new ArrayList<>());
  private BrowserContext context;
  private Page page;

  PageSession(Browser browser, LiveService service) {
    this.browser = browser;
    this.service = service;
    open(1200, 900, ColorScheme.LIGHT);
  }

  LiveService service() {
    return service;
  }

  Page page() {
    return page;
  }

  /** Opens the page in a window of this size. */
  PageSession open(int width, int height, ColorScheme colours) {
    if (context != null) {
      context.close();
    }
    context =
        browser.newContext(
            new Browser.NewContextOptions()
                .setViewportSize(width, height)
                .setColorScheme(colours)
                .setLocale("en-GB"));
    context.setDefaultTimeout(TIMEOUT_MILLIS);
    page = context.newPage();
    page.onRequest(request -> requests.add(request.url()));
    page.onPageError(error -> browserErrors.add("uncaught: " + error));
    page.onConsoleMessage(
        message -> {
          // the browser reports every answer with 400 or above, also expected ones
          if (List.of("error", "warning").contains(message.type())
              && !message.text().startsWith("Failed to load resource")) {
            browserErrors.add(message.type() + ": " + message.text());
          }
        });
    page.navigate(service.address().toString());
    page.waitForCondition(() -> page.locator("#model option").count() > 2);
    return this;
  }

  void chooseModel(String name) {
    page.selectOption("#model", name);
  }

  void choosePicture(Path file) {
    page.setInputFiles("#file", file);
  }

  /** The labels of the answer, as soon as they are shown. */
  List<String> answers() {
    page.waitForCondition(
        () ->
            page.locator("#answer[aria-busy]").count() == 0
                && page.locator("#answer .bars li").count() > 0);
    return page.locator("#answer .name span:first-child").allTextContents();
  }

  /** Waits for the map of the first answer. */
  void explained() {
    page.locator("#why canvas[aria-label]").waitFor();
  }

  /** Compares all models and the group on the chosen picture. */
  void compare() {
    page.click("#tab-compare");
    page.click("#compare-run");
    page.locator("#comparison .stacked tbody tr").nth(2).waitFor();
  }

  /** Opens the tab for administrators and signs in. */
  void signIn(String user, String password) {
    page.click("#tab-train");
    page.fill("[name=user]", user);
    page.fill("[name=password]", password);
    page.click("#sign-in-form button");
  }

  void signIn() {
    signIn(LiveService.CHIEF, LiveService.PASSWORD);
    page.locator("#new-training [name=look]").waitFor();
  }

  /** The text of the problem in {@code place}. */
  String problem(String place) {
    Locator notice = page.locator(place + " .notice.bad");
    notice.waitFor();
    return notice.textContent();
  }

  /** Fails if axe finds accessibility problems of levels A and AA, contrast included. */
  void requireAccessible() {
    // moving bars have intermediate colours
    page.waitForCondition(
        () ->
            (Boolean)
                page.evaluate("document.getAnimations().every(a => a.playState !== 'running')"));
    assertThat(
            new AxeBuilder(page)
                .withTags(List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"))
                .analyze()
                .getViolations())
        .isEmpty();
  }

  /**
   * @param widths of the window in pixels; the last one is kept
   */
  void requireNoHorizontalScrolling(int... widths) {
    for (int width : widths) {
      page.setViewportSize(width, 800);
      assertThat(page.evaluate("document.documentElement.scrollWidth")).isEqualTo(width);
    }
  }

  /** Saves a screenshot below target. */
  void screenshot(String name) {
    page.screenshot(
        new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve(name + ".png")).setFullPage(true));
  }

  /**
   * @param checked whether recorded errors fail the test
   */
  void close(boolean checked) {
    context.close();
    if (checked) {
      assertThat(browserErrors).isEmpty();
      assertThat(requests)
          .isNotEmpty()
          .allMatch(
              url ->
                  url.startsWith(service.address().toString())
                      || url.startsWith("blob:" + service.address()),
              "goes to " + service.address());
    }
  }

  /** Address of the service. */
  URI at(String path) {
    return service.address().resolve(path);
  }
}
