package io.github.vanillanet.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.FileChooser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FilePayload;
import com.microsoft.playwright.options.ReducedMotion;
import io.github.vanillanet.Oracle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Keyboard, colours and width of the page. */
@ExtendWith(Browsers.class)
class PageAccessibilityIT {

  private static final int MAX_KEYS = 40;
  private static final int[] WIDTHS = {320, 768, 2560, 360};

  /** Presses Tab until the element has the focus. */
  private static void tabTo(Page page, String selector) {
    for (int key = 0; key < MAX_KEYS; key++) {
      page.keyboard().press("Tab");
      if ((Boolean) page.evaluate("s => document.activeElement?.matches(s) ?? false", selector)) {
        return;
      }
    }
    throw new AssertionError("Tab does not reach " + selector);
  }

  private static String focused(Page page) {
    return (String) page.evaluate("document.activeElement.id");
  }

  @Test
  void thePageWorksWithoutAMouse(PageSession session) {
    Page page = session.page();
    page.onFileChooser(chooser -> {}); // otherwise Playwright can miss the first one

    tabTo(page, "#choose");
    FileChooser chooser = page.waitForFileChooser(() -> page.keyboard().press("Enter"));
    chooser.setFiles(Oracle.file("preprocess/jpeg_420.jpg"));
    assertThat(session.answers()).hasSize(5);
    tabTo(page, "#model");
    page.keyboard().press("ArrowDown");
    page.waitForCondition(() -> page.inputValue("#model").equals(LiveService.SEEDED));
    page.focus("#tab-classify");
    page.keyboard().press("ArrowRight");
    tabTo(page, "#compare-models input");
    page.keyboard().press("Space");
    assertThat(page.locator("#compare-models input:checked").count()).isEqualTo(2);
    tabTo(page, "#compare-run");
    page.keyboard().press("Enter");
    page.waitForCondition(() -> page.locator("#comparison .stacked tbody tr").count() == 2);
  }

  @Test
  void arrowKeysChangeTabs(PageSession session) {
    Page page = session.page();

    tabTo(page, "#tab-classify");
    page.keyboard().press("ArrowRight");
    assertThat(focused(page)).isEqualTo("tab-compare");
    assertThat(page.isVisible("#compare")).isTrue();
    assertThat(page.isVisible("#classify")).isFalse();
    assertThat(page.getAttribute("#tab-compare", "aria-selected")).isEqualTo("true");
    page.keyboard().press("End");
    assertThat(focused(page)).isEqualTo("tab-operate");
    page.keyboard().press("ArrowRight");
    assertThat(focused(page)).isEqualTo("tab-classify");
    page.keyboard().press("Home");
    assertThat(page.isVisible("#classify")).isTrue();
  }

  @Test
  void theFocusIsVisible(PageSession session) {
    Page page = session.page();

    tabTo(page, "#choose");

    assertThat(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
        .isEqualTo("solid");
    assertThat(page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)"))
        .isEqualTo(3);
  }

  @Test
  void anAddressOpensATab(PageSession session) {
    session.page().navigate(session.at("#train").toString());

    session.page().locator("#sign-in").waitFor();
    assertThat(session.page().isVisible("#classify")).isFalse();
  }

  @ParameterizedTest
  @EnumSource(
      value = ColorScheme.class,
      names = {"LIGHT", "DARK"})
  void bothColourSchemesAreAccessible(ColorScheme colours, PageSession session) {
    session.open(1200, 900, colours);
    session.requireAccessible();
    session.chooseModel(LiveService.SEEDED);
    session.page().locator(".sample").first().click();
    session.answers();
    session.explained();
    session.requireAccessible();
    session.compare();
    session.requireAccessible();
    session.page().click("#tab-classify");

    session.page().setInputFiles("#file", new FilePayload("a", "", "x".getBytes()));
    session.problem("#problem");
    session.requireAccessible();
    session.page().click("#tab-train");
    session.requireAccessible();
    String ground =
        (String) session.page().evaluate("getComputedStyle(document.body).backgroundColor");
    assertThat(ground)
        .isEqualTo(colours == ColorScheme.DARK ? "rgb(23, 21, 17)" : "rgb(250, 246, 236)");
  }

  @Test
  void theChosenColourSchemeIsKept(PageSession session) {
    Page page = session.page();
    String background = "getComputedStyle(document.body).backgroundColor";
    Object light = page.evaluate(background);

    page.click("#theme");
    Object dark = page.evaluate(background);
    page.reload();

    assertThat(dark).isNotEqualTo(light);
    assertThat(page.evaluate(background)).isEqualTo(dark);
    assertThat(page.getAttribute("#theme", "aria-pressed")).isEqualTo("true");
    page.click("#theme");
    assertThat(page.evaluate(background)).isEqualTo(light);
  }

  @Test
  void thePageNeedsNoHorizontalScrolling(PageSession session) {
    session.open(360, 800, ColorScheme.LIGHT);
    session.requireNoHorizontalScrolling(WIDTHS);
    session.chooseModel(LiveService.NARROW); // its labels are long
    session.choosePicture(Oracle.file("preprocess/jpeg_wide_2000x60.jpg"));
    session.answers();
    session.explained();
    session.requireNoHorizontalScrolling(WIDTHS);
    session.compare();
    session.requireNoHorizontalScrolling(WIDTHS);

    session.signIn();
    session.requireNoHorizontalScrolling(WIDTHS);
    session.page().click("#tab-operate");
    session.page().locator("#fleet .versions tbody tr").first().waitFor();
    session.requireNoHorizontalScrolling(WIDTHS);
  }

  @Test
  void reducedMotionIsRespected(PageSession session) {
    Page page = session.page();
    page.emulateMedia(new Page.EmulateMediaOptions().setReducedMotion(ReducedMotion.REDUCE));

    page.locator(".sample").first().click();
    session.answers();

    assertThat(page.evaluate("document.getAnimations().length")).isEqualTo(0);
  }
}
