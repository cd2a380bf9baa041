package io.github.vanillanet.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.TimeoutError;
import com.microsoft.playwright.options.SelectOption;
import io.github.vanillanet.Oracle;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A folder of pictures in a browser. */
@ExtendWith(Browsers.class)
class ManyPicturesIT {

  private static final int GOOD = 284;
  private static final String MARKUP = "<img src=x onerror=alert(1)>.jpg";

  @TempDir Path temp;

  /** A folder of 300 files: photos, and files of every kind that folders have. */
  private Path mixed() throws IOException {
    Path folder = Files.createDirectories(temp.resolve("photos").resolve("dog"));
    byte[] photo = Files.readAllBytes(Oracle.file("preprocess/jpeg_420.jpg"));
    for (int i = 0; i < GOOD; i++) {
      Files.write(folder.resolve("%03d.jpg".formatted(i)), photo);
    }
    Files.write(folder.resolve(MARKUP), photo);
    Files.write(folder.resolve("=1+1.jpg"), photo);
    Files.copy(Oracle.file("preprocess/png_1x1.png"), folder.resolve("one.png"));
    // larger than the service accepts, and cheap to encode
    BufferedImage large = new BufferedImage(8000, 5000, BufferedImage.TYPE_BYTE_BINARY);
    ImageIO.write(large, "png", folder.resolve("large.png").toFile());
    byte[] heic = "\0\0\0\u0018ftypheic\0\0\0\0mif1heic".getBytes(StandardCharsets.ISO_8859_1);
    Files.write(folder.resolve("phone.heic"), heic);
    Files.write(folder.resolve("cut.jpg"), Arrays.copyOf(photo, 900));
    Files.write(folder.resolve("empty.jpg"), new byte[0]);
    for (int i = 0; i < 9; i++) {
      Files.writeString(folder.resolve("notes%d.txt".formatted(i)), "hello");
    }
    return folder.getParent();
  }

  private static void await(Page page, String text) {
    try {
      page.waitForCondition(
          () -> page.locator("#many-body > p").first().textContent().contains(text));
    } catch (TimeoutError e) {
      throw new AssertionError("no '" + text + "' in " + page.textContent("#many-body"), e);
    }
  }

  @Test
  void aMixedFolderIsClassifiedAlthoughTheServiceIsAwayAndBusyMeanwhile(PageSession session)
      throws IOException {
    Page page = session.page();
    session.chooseModel(LiveService.NARROW);
    int[] requests = {0};
    int[] probes = {0};
    page.route(
        "**/classify/*",
        route -> {
          int request = requests[0]++;
          if (request == 20) {
            route.fulfill(
                new Route.FulfillOptions()
                    .setStatus(429)
                    .setContentType("application/problem+json")
                    .setHeaders(Map.of("Retry-After", "1"))
                    .setBody("{\"title\": \"Too Many Requests\", \"code\": \"QUEUE_FULL\"}"));
          } else if (request >= 40 && probes[0] < 2) {
            route.abort(); // the service is away until the second probe
          } else {
            route.resume();
          }
        });
    page.route(
        "**/q/health/ready",
        route -> {
          if (requests[0] > 40 && probes[0]++ < 2) {
            route.abort();
          } else {
            route.resume();
          }
        });

    page.setInputFiles("#folder", mixed());

    page.waitForCondition(() -> probes[0] >= 2);
    page.unroute("**/classify/*"); // a route makes each request much slower
    page.unroute("**/q/health/ready");
    await(page, "%d classified · 13 failed".formatted(GOOD + 3));
    page.waitForCondition(() -> !page.isVisible("#many-body progress"));
    assertThat(page.textContent("#many-title")).isEqualTo("300 pictures");
    assertThat(page.locator(".rows tbody tr").count()).isLessThan(60); // only the visible ones
    assertThat(page.locator("main img[onerror]").count()).isZero();
    session.requireAccessible();

    page.selectOption("#many select", new SelectOption().setLabel("failed"));
    page.waitForCondition(() -> page.locator(".rows tbody tr:not(.space)").count() == 13);
    assertThat(page.locator(".rows tbody tr:has-text('phone.heic') .fault").count()).isOne();
    assertThat(page.locator(".rows tbody tr:has-text('large.png') .fault").count()).isOne();
    requireExports(page);
    session.requireNoHorizontalScrolling(320, 1200);
  }

  private void requireExports(Page page) throws IOException {
    List<String> table = lines(page, "CSV");
    assertThat(table).hasSize(301);
    assertThat(table).anyMatch(line -> line.startsWith("photos/dog/" + MARKUP + ",narrow,"));
    List<String> objects = lines(page, "JSON Lines");
    assertThat(objects).hasSize(300).allMatch(line -> line.startsWith("{\"file\":\"photos/dog/"));
    assertThat(objects.stream().filter(line -> line.contains("\"error\":")).count()).isEqualTo(13);
  }

  private List<String> lines(Page page, String button) throws IOException {
    Download download =
        page.waitForDownload(() -> page.click("#many button:text-is('" + button + "')"));
    Path file = temp.resolve(download.suggestedFilename());
    download.saveAs(file);
    return Files.readAllLines(file);
  }

  @Test
  void aDroppedFolderIsClassifiedWithItsFolders(PageSession session) throws IOException {
    Page page = session.page();
    Path photos = Files.createDirectories(temp.resolve("photos"));
    for (String name : List.of("cat/1.jpg", "dog/2.jpg", "dog/.hidden")) {
      Path file = photos.resolve(name);
      Files.createDirectories(file.getParent());
      Files.copy(Oracle.file("preprocess/jpeg_420.jpg"), file);
    }
    CDPSession browser = page.context().newCDPSession(page);

    for (String type : List.of("dragEnter", "dragOver", "drop")) {
      browser.send(
          "Input.dispatchDragEvent",
          JsonParser.parseString(
                  """
                  {"type": "%s", "x": 100, "y": 200,
                   "data": {"items": [], "files": ["%s"], "dragOperationsMask": 1}}
                  """
                      .formatted(type, photos))
              .getAsJsonObject());
    }

    await(page, "2 classified");
    assertThat(page.locator(".rows tbody th").allTextContents())
        .containsExactlyInAnyOrder("cat/1.jpg", "dog/2.jpg");
  }

  @Test
  void thousandsOfPicturesNeedFewElementsAndCanBeCancelled(PageSession session) {
    Page page = session.page();
    page.route(
        "**/classify/*",
        route ->
            route.fulfill(
                new Route.FulfillOptions()
                    .setContentType("application/json")
                    .setBody(
                        "{\"model\": \"narrow\", \"version\": 2, \"trained\": true,"
                            + " \"predictions\": [{\"index\": 0, \"label\": \"a\","
                            + " \"probability\": 0.5}]}")));

    page.evaluate(
        """
        () => {
          const transfer = new DataTransfer();
          for (let i = 0; i < 10000; i++) {
            transfer.items.add(new File(['x'], `${i}.jpg`, { type: 'image/jpeg' }));
          }
          document.getElementById('drop').dispatchEvent(
            new DragEvent('drop', { dataTransfer: transfer, bubbles: true }));
        }\
        """);

    await(page, "classified");
    page.waitForCondition(() -> !page.textContent("#many-body > p").startsWith("0 "));
    page.click("#many button:text-is('Pause')");
    await(page, "paused");
    assertThat(page.textContent("#many-title")).isEqualTo("10000 pictures");
    assertThat(page.locator(".rows tbody tr").count()).isLessThan(60);
    page.locator(".window").evaluate("element => element.scrollTop = element.scrollHeight");
    page.locator(".rows tr[aria-rowindex='10001']").waitFor();

    page.click("#many button:text-is('Cancel')");
    page.waitForCondition(() -> !page.isVisible("#many button:text-is('Pause')"));
    page.locator(".rows tr:has-text('cancelled')").first().waitFor();
  }
}
