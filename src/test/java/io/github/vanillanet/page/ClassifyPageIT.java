package io.github.vanillanet.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.BoundingBox;
import io.github.vanillanet.Oracle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tab <em>Classify</em> in a browser. */
@ExtendWith(Browsers.class)
class ClassifyPageIT {

  private static final Path PHOTO = Oracle.file("preprocess/jpeg_420.jpg");

  @Test
  void aChosenPictureGetsFiveAnswers(PageSession session) {
    session.chooseModel(LiveService.NARROW);
    session.choosePicture(PHOTO);

    assertThat(session.answers()).hasSize(5).allMatch(label -> label.startsWith(LiveService.LABEL));
    List<String> percents =
        session.page().locator("#answer .name span:last-child").allTextContents();
    double first = Double.parseDouble(percents.get(0).replace(" %", ""));
    BoundingBox track = session.page().locator("#answer .track").first().boundingBox();
    session
        .page()
        .waitForCondition(
            () -> {
              BoundingBox bar = session.page().locator("#answer .fill").first().boundingBox();
              return Math.abs(bar.width / track.width - first / 100) < 0.01;
            });
  }

  @Test
  void labelsAreShownAsText(PageSession session) {
    session.chooseModel(LiveService.NARROW);
    session.choosePicture(PHOTO);
    session.answers();
    session.compare();

    assertThat(session.page().locator("main script, main img[onerror]").count()).isZero();
    assertThat(session.page().title()).isEqualTo("vanillanet-serving");
    assertThat(session.page().locator("#comparison").textContent()).contains(LiveService.LABEL);
  }

  @Test
  void theWaterfallShowsServerTimingAndAddsUp(PageSession session) {
    Page page = session.page();
    Response response =
        page.waitForResponse(
            answer -> answer.url().contains("/classify/"), () -> session.choosePicture(PHOTO));
    session.answers();

    Map<String, Double> reported =
        Arrays.stream(response.headerValue("server-timing").split(", "))
            .map(entry -> entry.split(";dur="))
            .collect(Collectors.toMap(entry -> entry[0], entry -> Double.valueOf(entry[1])));
    List<Double> steps = millis(session, ".step");
    List<Double> between = millis(session, ".between");
    List<Double> sums = millis(session, ".sum");
    assertThat(steps)
        .containsExactly(
            reported.get("decode"),
            reported.get("preprocess"),
            reported.get("queue"),
            reported.get("infer"),
            reported.get("postprocess"));
    assertThat(sums.get(0)).isEqualTo(reported.get("total"));
    double inService = steps.stream().mapToDouble(Double::doubleValue).sum() + between.get(0);
    assertThat(inService).isCloseTo(sums.get(0), within(0.01));
    assertThat(inService + between.get(1)).isCloseTo(sums.get(1), within(0.01));
    assertThat(sums.get(1)).isGreaterThanOrEqualTo(sums.get(0));
  }

  private static List<Double> millis(PageSession session, String kind) {
    return session.page().locator("#waterfall " + kind).all().stream()
        .map(row -> Double.valueOf(row.getAttribute("data-millis")))
        .toList();
  }

  @Test
  void modelsAndGroupsAreCompared(PageSession session) {
    Page page = session.page();
    session.chooseModel(LiveService.SEEDED);
    assertThat(page.isVisible("#untrained")).isTrue();
    session.choosePicture(PHOTO);
    session.answers();

    session.compare();

    Map<String, String> rows =
        page.locator("#comparison .stacked tbody tr").all().stream()
            .collect(
                Collectors.toMap(
                    row -> row.locator("th").textContent(),
                    row -> row.locator("td").allTextContents() + ""));
    assertThat(rows.keySet())
        .contains(LiveService.NARROW, LiveService.SEEDED + " not trained")
        .anyMatch(name -> name.startsWith(LiveService.GROUP + " by "));
    assertThat(rows.values()).allMatch(text -> text.contains("%") && text.contains("ms"));
    page.click("#tab-classify");
    session.chooseModel(LiveService.NARROW);
    assertThat(page.isVisible("#untrained")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "429, QUEUE_FULL, Try again in 7 seconds",
    "503, NOT_READY, Try again in 7 seconds",
    "500, SOMETHING, gone wrong",
  })
  void rejectionsAreShown(int status, String code, String expected, PageSession session) {
    session
        .page()
        .route(
            "**/classify/*",
            route ->
                route.fulfill(
                    new Route.FulfillOptions()
                        .setStatus(status)
                        .setHeaders(
                            Map.of("Content-Type", "application/problem+json", "Retry-After", "7"))
                        .setBody(
                            "{\"title\": \"%s\", \"detail\": \"gone wrong\"}".formatted(code))));

    session.choosePicture(PHOTO);

    assertThat(session.problem("#problem")).contains("(%d)".formatted(status), code, expected);
  }

  @Test
  void theAddressChoosesModelAndNumberOfAnswers(PageSession session) {
    Page page = session.page();
    page.navigate(session.at("#model=" + LiveService.NARROW + "&top_k=3").toString());
    page.waitForCondition(() -> page.inputValue("#model").equals(LiveService.NARROW));

    session.choosePicture(PHOTO);

    assertThat(session.answers()).hasSize(3);
    page.click("#copy summary");
    assertThat(page.textContent("#copy pre"))
        .contains("/classify/" + LiveService.NARROW + "?top_k=3", "jpeg_420.jpg");
    assertThat(page.url()).doesNotContain("jpeg_420");
  }

  @Test
  void anotherClassShowsItsOwnMap(PageSession session) {
    Page page = session.page();
    session.chooseModel(LiveService.NARROW);
    session.choosePicture(PHOTO);
    session.explained();
    String best = session.answers().get(0);
    assertThat(page.getAttribute("#why canvas[aria-label]", "aria-label")).contains(best);
    String drawn = "document.querySelector('#why canvas').toDataURL()";
    Object first = page.evaluate(drawn);

    Locator other = page.locator("#why .chip[aria-pressed='false']").first();
    String label = other.textContent();
    other.click();

    page.waitForCondition(
        () -> page.getAttribute("#why canvas[aria-label]", "aria-label").contains(label));
    assertThat(page.evaluate(drawn)).isNotEqualTo(first);
    page.locator("#why input[type=range]").fill("0");
    assertThat(page.evaluate(drawn)).isNotEqualTo(first);
  }

  @ParameterizedTest
  @CsvSource({"curl, sh", "Python, python3", "JavaScript, node"})
  void copiedCodeGivesTheSameAnswer(
      String language, String program, PageSession session, @TempDir Path folder)
      throws IOException, InterruptedException {
    Page page = session.page();
    page.context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
    session.chooseModel(LiveService.NARROW);
    Path picture = folder.resolve("it's a \"photo\" $HOME.jpg");
    session.choosePicture(Files.copy(PHOTO, picture));
    List<String> answers = session.answers();
    page.click("#copy summary");
    page.click("#copy button:text('Copy " + language + "')");
    page.locator("#copy [role=status]:not(:empty)").waitFor();
    Path code = folder.resolve("code.mjs");
    Files.writeString(code, (String) page.evaluate("navigator.clipboard.readText()"));

    Process process;
    try {
      process =
          new ProcessBuilder(program, code.toString())
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      Assumptions.abort(program + " is not installed");
      return;
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(output).isZero();
    assertThat(answers).allMatch(output::contains);
  }

  @Test
  void aFailedConnectionIsShown(PageSession session) {
    session.page().route("**/classify/*", Route::abort);

    session.choosePicture(PHOTO);

    assertThat(session.problem("#problem")).contains("cannot be reached");
  }
}
