package io.github.vanillanet.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.microsoft.playwright.JSHandle;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.FilePayload;
import io.github.vanillanet.Oracle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The ways to choose a picture in a browser. */
@ExtendWith(Browsers.class)
class ChoosePictureIT {

  private static final Path PHOTO = Oracle.file("preprocess/jpeg_420.jpg");

  private static String base64(Path file) throws IOException {
    return Base64.getEncoder().encodeToString(Files.readAllBytes(file));
  }

  private static FilePayload file(String name, String type, byte[] content) {
    return new FilePayload(name, type, content);
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
}
