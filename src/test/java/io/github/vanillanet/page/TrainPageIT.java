package io.github.vanillanet.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import io.github.vanillanet.train.pipeline.PaintedDataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The tab <em>Train</em> in a browser. */
@ExtendWith(Browsers.class)
class TrainPageIT {

  /** Can be learned in seconds. */
  private static final String TINY =
      """
      {"dims": [8, 8, 16, 16], "input_size": 32, "decay_epochs": 3, "batch_size": 24,
       "optimizer": "adamw", "learning_rate": 0.01, "warmup_epochs": 1, "ema_decay": 0.9, "seed": 3}
      """;

  /** A name before that of the default model. */
  private static final String NEW = "a-painted";

  @TempDir Path folder;

  private Path dataset(int perClass) throws IOException {
    Path data = PaintedDataset.write(folder.resolve("painted"), perClass, false);
    Path red = data.resolve("train").resolve("red");
    byte[] whole = Files.readAllBytes(red.resolve("0.png"));
    Files.write(red.resolve("cut.png"), Arrays.copyOf(whole, 60));
    Files.writeString(data.resolve(".hidden"), "not to be sent");
    return data;
  }

  /** Shows what is in the data; the members of the request are those of the form. */
  private static void look(PageSession session, Path data, String name) {
    Page page = session.page();
    page.setInputFiles("[name=folder]", data);
    page.fill("#new-training [name=name]", name);
    page.click("#new-training [name=look]");
    page.locator(".found table").first().waitFor();
  }

  private static void start(PageSession session, Path data, String name, int epochs) {
    look(session, data, name);
    Page page = session.page();
    page.fill("#new-training [name=epochs]", Integer.toString(epochs));
    if (!page.isVisible("#new-training [name=more]")) {
      page.click("#new-training summary:text('More settings')");
    }
    page.fill("#new-training [name=more]", TINY);
    page.click("#new-training [name=start]");
  }

  private static int points(Page page, int chart) {
    Locator line = page.locator(".curve").nth(chart).locator("polyline").first();
    return line.count() == 0 ? 0 : line.getAttribute("points").trim().split(" ").length;
  }

  /** An image of the first class among the validation images of the last one. */
  private void mislabel(Path data) throws IOException {
    Path more =
        PaintedDataset.write(
            folder.resolve("more"), 1, 11, PaintedDataset.Labels.RIGHT, PaintedDataset.CLASSES);
    Files.copy(more.resolve("val/blue/10.png"), data.resolve("val/red/odd.png"));
  }

  private static String live(Page page, String versions) {
    return String.join(" ", page.locator(versions + " tr:has(.tag.good) th").allTextContents());
  }

  private static void confirm(Page page, String button) {
    page.click(button);
    page.click("#confirm-yes");
  }

  @Test
  void aFolderBecomesALiveModel(PageSession session) throws IOException {
    Page page = session.page();
    session.signIn();
    Path data = dataset(40);
    mislabel(data);
    page.waitForFileChooser(() -> page.click("[name=folder]")).setFiles(data);
    assertThat(page.inputValue("#new-training [name=name]")).isEqualTo("painted");
    page.fill("#new-training [name=name]", NEW);
    page.click("#new-training [name=look]");
    page.locator(".found table").first().waitFor();
    page.selectOption("#new-training [name=budget]", "5m");
    page.fill("#new-training [name=epochs]", "12");
    page.uncheck("#new-training [name=activate]");
    page.click("#new-training [name=start]");

    page.waitForCondition(() -> points(page, 0) > 0);
    page.locator("#watched .matrix").waitFor();
    assertThat(points(page, 0)).isGreaterThanOrEqualTo(12);
    assertThat(points(page, 1)).isGreaterThanOrEqualTo(12);
    assertThat(page.locator(".curve svg").nth(2).getAttribute("aria-label")).endsWith("slope 1");
    assertThat(page.textContent("#watched .outcome")).contains("Version 1 is published");
    assertThat(page.textContent(".verdict")).isNotBlank();
    assertThat(page.textContent(".report")).contains("none to compare with");
    assertThat(page.textContent(".skipped")).contains("train/red/cut.png");
    Locator matrix = page.locator(".matrix").first();
    assertThat(matrix.locator("thead th").allTextContents()).isEqualTo(PaintedDataset.CLASSES);
    int images =
        matrix.locator("td:not(:empty)").allTextContents().stream()
            .mapToInt(Integer::parseInt)
            .sum();
    assertThat(images).isEqualTo(31); // of the validation folder
    page.click(".matrix button[aria-label^='red, answered as blue']");
    page.locator(".mistakes li:has-text('odd.png') img").waitFor();
    session.requireAccessible();
    session.requireNoHorizontalScrolling(1200, 360);

    page.click("#tab-classify");
    assertThat(page.inputValue("#model")).isEqualTo(LiveService.NARROW);
    assertThat(page.locator("#model option[value='" + NEW + "']").count()).isZero();
    page.click("#tab-train");
    String versions = ".report .versions";
    confirm(page, versions + " button[aria-label='Activate version 1']");
    page.waitForCondition(() -> live(page, versions).equals("1"));
    session.service().addVersion(NEW, 2);
    page.click("#trainings .job:has-text('" + NEW + "')");
    confirm(page, versions + " button[aria-label='Activate version 2']");
    page.waitForCondition(() -> live(page, versions).equals("2"));
    confirm(page, versions + " .roll-back");
    page.waitForCondition(() -> live(page, versions).equals("1"));

    page.click("#tab-classify");
    assertThat(page.inputValue("#model")).isEqualTo(LiveService.NARROW); // still the default
    session.chooseModel(NEW);
    page.locator(".sample").first().click();
    assertThat(session.answers()).containsExactlyInAnyOrderElementsOf(PaintedDataset.CLASSES);
  }

  @Test
  void aTrainingIsStoppedAndResumed(PageSession session) throws IOException {
    Page page = session.page();
    session.signIn();
    start(session, dataset(8), "endless", 20_000);
    page.waitForCondition(() -> points(page, 0) > 0);

    page.click("#watched button:text('Stop')");
    page.locator("#watched .tag:text-is('cancelled')").waitFor();
    page.click("#watched button:text('Resume')");
    page.waitForCondition(() -> page.textContent("#watched .tag").equals("running"));

    page.click("#watched button:text('Stop')");
    page.locator("#watched .tag:text-is('cancelled')").waitFor();
    assertThat(page.locator("#trainings .job[aria-current]").textContent())
        .contains("endless", "cancelled");
  }

  @Test
  void aLostConnectionIsReopened(PageSession session) throws IOException {
    Page page = session.page();
    int[] connections = {0};
    page.route(
        "**/events",
        route -> {
          if (connections[0]++ == 0) {
            route.abort();
          } else {
            route.resume();
          }
        });
    session.signIn();

    start(session, dataset(8), "lost", 4);

    page.locator("#watched-body > .row .tag.good, #watched-body > .row .tag.bad").waitFor();
    assertThat(connections[0]).isGreaterThan(1);
    assertThat(page.locator("#watched-body .notice.bad").count()).isZero();
    assertThat(points(page, 0)).isGreaterThanOrEqualTo(4);
  }

  @Test
  void invalidUploadsAndSettingsAreRejected(PageSession session) throws IOException {
    Page page = session.page();
    session.signIn();
    page.fill("#new-training [name=name]", "rejected");
    page.click("#new-training [name=look]");
    assertThat(session.problem("#new-training")).contains("Choose a folder");
    assertThat(page.isVisible("#new-training [name=start]")).isFalse();

    Path text = Files.writeString(folder.resolve("notes.zip"), "hello");
    page.setInputFiles("[name=archive]", text);
    page.click("#new-training [name=look]");
    page.waitForCondition(() -> session.problem("#new-training").contains("(400)"));
    assertThat(session.problem("#new-training")).contains("zip");

    look(session, dataset(8), "rejected");
    page.click("#new-training summary:text('More settings')");
    page.fill("#new-training [name=more]", "{\"epocs\": 3}");
    page.click("#new-training [name=again]");
    page.waitForCondition(() -> session.problem("#new-training").contains("epocs"));
  }

  @Test
  void theDataIsShownBeforeTheTraining(PageSession session) throws IOException {
    Page page = session.page();
    session.signIn();
    List<String> classes = List.of("<img src=x onerror=alert(1)>", "b", "c");
    Path data =
        PaintedDataset.write(folder.resolve("named"), 8, 2, PaintedDataset.Labels.RIGHT, classes);
    Files.writeString(data.resolve("train/b/<b>.txt"), "hello");

    look(session, data, "looked");

    assertThat(page.locator(".found tbody").first().locator("tr th").allTextContents())
        .isEqualTo(classes);
    page.locator(".found td.thumbs img").first().waitFor();
    assertThat(page.textContent(".found .findings")).contains("train/b/<b>.txt");
    assertThat(page.locator(".found img[onerror]").count()).isZero();
    assertThat(page.textContent(".recipe")).contains("pixels", "because");
    page.waitForCondition(
        () ->
            (Boolean)
                page.evaluate(
                    """
                    [...document.querySelectorAll('.found .thumbs[role=img] img')]
                      .filter((image) => image.naturalWidth > 0).length === 18\
                    """));
    session.requireAccessible();

    page.fill("#new-training [name=epochs]", "7");
    page.click("#new-training [name=again]");
    page.waitForCondition(() -> page.textContent(".recipe").contains("Passes over the data7"));
    assertThat(page.locator("#trainings .job:has-text('looked')").count()).isZero();
  }

  private static final String VERSIONS = "#fleet [data-model=" + LiveService.NARROW + "] .versions";

  @Test
  void anotherVersionIsActivatedAndRolledBack(PageSession session) {
    Page page = session.page();
    session.signIn();
    page.click("#tab-operate");
    page.waitForCondition(() -> page.locator(VERSIONS + " tbody tr").count() == 2);
    page.waitForCondition(() -> live(page, VERSIONS).equals("2"));

    page.click(VERSIONS + " button[aria-label='Activate version 1']");
    session.requireAccessible();
    page.keyboard().press("Escape");
    assertThat(live(page, VERSIONS)).isEqualTo("2");

    page.click(VERSIONS + " button[aria-label='Activate version 1']");
    assertThat(page.textContent("#confirm-text")).contains(LiveService.NARROW, "version 1");
    page.click("#confirm-yes");
    page.waitForCondition(() -> live(page, VERSIONS).equals("1"));

    page.click(VERSIONS + " .roll-back");
    assertThat(page.textContent("#confirm-title")).isEqualTo("Roll back to version 2?");
    page.click("#confirm-yes");
    page.waitForCondition(() -> live(page, VERSIONS).equals("2"));
    page.click("#tab-classify");
    session.chooseModel(LiveService.NARROW);
    page.waitForCondition(() -> page.textContent("#model-text").contains("version 2"));
  }
}
