package io.github.vanillanet.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.github.vanillanet.Oracle;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Saves a picture of each state of the page at four widths, below {@code target/screenshots}. */
@ExtendWith(Browsers.class)
class ScreenshotsIT {

  private static final int[] WIDTHS = {820, 1280, 2560, 390};
  private static final List<Path> PICTURES =
      Stream.of("jpeg_420.jpg", "png_rgb.png", "jpeg_444.jpg", "index.json")
          .map(name -> Oracle.file("preprocess/" + name))
          .toList();

  private static void save(PageSession session, String state, ColorScheme colours) {
    for (int width : WIDTHS) {
      session.page().setViewportSize(width, width < 500 ? 844 : 900);
      assertThat(session.page().evaluate("document.documentElement.scrollWidth")).isEqualTo(width);
      session.screenshot("%s-%d-%s".formatted(state, width, colours.name().toLowerCase()));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ColorScheme.class,
      names = {"LIGHT", "DARK"})
  void everyStateIsSaved(ColorScheme colours, PageSession session) {
    session.open(390, 844, colours);
    Page page = session.page();
    session.chooseModel(LiveService.SEEDED);
    save(session, "empty", colours);

    page.locator(".sample").first().click();
    session.explained();
    save(session, "answer", colours);
    // the first screen of a phone shows the picture, all answers and the beginning of the map
    assertThat(page.locator("#answer .bars li").last().boundingBox().y).isLessThan(844 - 150);

    page.setInputFiles("#file", PICTURES.toArray(Path[]::new));
    page.locator(".rows .fault").waitFor();
    page.waitForCondition(() -> page.locator(".rows canvas").count() == 3);
    save(session, "many", colours);

    session.compare();
    save(session, "compare", colours);
    session.signIn();
    save(session, "train", colours);
    page.click("#tab-operate");
    page.locator("#fleet .versions tbody tr").first().waitFor();
    save(session, "operate", colours);
  }
}
