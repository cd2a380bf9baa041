package io.github.vanillanet.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.microsoft.playwright.JSHandle;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.FilePayload;
import io.github.vanillanet.Oracle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
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

  private static String base64(Path file) throws IOException {
    return Base64.getEncoder().encodeToString(Files.readAllBytes(file));
  }

  private static FilePayload file(String name, String type, byte[] content) {
    return new FilePayload(name, type, content);
  }

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
  void aDroppedPictureIsClassified(PageSession session) throws IOException {
    JSHandle dropped =
        session
            .page()
            .evaluateHandle(
                """
                (base64) => {
                  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
                  const transfer = new DataTransfer();
                  transfer.items.add(new File([bytes], 'photo.jpg', { type: 'image/jpeg' }));
                  return transfer;
                }\
                """,
                base64(PHOTO));

    session.page().dispatchEvent("#drop", "drop", Map.of("dataTransfer", dropped));

    assertThat(session.answers()).hasSize(5);
    assertThat(session.page().getAttribute("#photo", "alt")).contains("photo.jpg");
  }

  @Test
  void aPastedPictureIsClassified(PageSession session) throws IOException {
    session.page().context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
    session
        .page()
        .evaluate(
            """
            async (base64) => {
              const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
              const picture = new Blob([bytes], { type: 'image/png' });
              await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture })]);
            }\
            """,
            base64(Oracle.file("preprocess/png_rgb.png")));

    session.page().keyboard().press("Control+v");

    assertThat(session.answers()).hasSize(5);
    assertThat(session.page().textContent("#crop-text")).startsWith("311 × 299 pixels");
  }

  @Test
  void aSampleDrawingIsClassified(PageSession session) {
    session.page().locator(".sample").first().click();

    assertThat(session.answers()).hasSize(5);
    assertThat(session.page().textContent("#crop-text")).startsWith("320 × 240 pixels");
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

  @Test
  void invalidPicturesShowAProblemAndTheNextPictureWorks(PageSession session) throws IOException {
    byte[] photo = Files.readAllBytes(PHOTO);

    session.page().setInputFiles("#file", file("notes.txt", "text/plain", "hello".getBytes()));
    assertThat(session.problem("#problem")).contains("(415)", "JPEG, PNG, WebP, GIF, BMP or TIFF");

    session.page().setInputFiles("#file", file("cut.jpg", "image/jpeg", Arrays.copyOf(photo, 900)));
    session.page().waitForCondition(() -> session.problem("#problem").contains("(422)"));
    assertThat(session.problem("#problem")).contains("damaged");
    assertThat(session.page().locator("#answer .bars").count()).isZero();

    session.choosePicture(PHOTO);
    assertThat(session.answers()).hasSize(5);
    assertThat(session.page().locator("#problem .notice").count()).isZero();
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
  void aPictureThatComesBeforeTheModelsIsKept(PageSession session) {
    Page page = session.page();
    boolean[] loaded = {false};
    page.route(
        "**/q/health/ready",
        route -> {
          if (loaded[0]) {
            route.resume();
          } else {
            route.fulfill(new Route.FulfillOptions().setStatus(503).setBody("{}"));
          }
        });
    page.route(
        "**/models",
        route -> {
          if (loaded[0]) {
            route.resume();
          } else {
            route.fulfill(
                new Route.FulfillOptions()
                    .setContentType("application/json")
                    .setBody("{\"models\": [], \"faults\": [], \"groups\": {}}"));
          }
        });
    page.reload();
    page.locator("#loading .chip:has-text('" + LiveService.NARROW + "')").first().waitFor();

    session.choosePicture(PHOTO);
    page.locator("#answer .notice").waitFor();
    loaded[0] = true;

    assertThat(session.answers()).hasSize(5);
    assertThat(page.isVisible("#loading")).isFalse();
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

  @Test
  void aPhotoOfTheCameraIsClassified(PageSession session) {
    Page page = session.page();
    assertThat(page.isVisible("#camera")).isFalse(); // a desktop has none
    JsonObject touch = new JsonObject();
    touch.addProperty("enabled", true);
    page.context().newCDPSession(page).send("Emulation.setTouchEmulationEnabled", touch);
    page.reload();

    page.waitForFileChooser(() -> page.click("#camera")).setFiles(PHOTO);

    assertThat(session.answers()).hasSize(5);
    assertThat(page.getAttribute("#shot", "capture")).isEqualTo("environment");
  }

  @Test
  void thePicturesOfTheVisitAreKeptUntilItEnds(PageSession session) {
    Page page = session.page();
    session.choosePicture(PHOTO);
    session.answers();
    page.locator(".sample").first().click();
    page.locator("#history-list button").nth(1).waitFor();

    page.locator("#history-list button[title^='jpeg_420']").click();

    page.waitForCondition(() -> page.getAttribute("#photo", "alt").contains("jpeg_420"));
    assertThat(session.answers()).hasSize(5);
    assertThat(page.locator("#history-list canvas").count()).isEqualTo(2);
    page.reload();
    assertThat(page.isVisible("#history")).isFalse();
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
