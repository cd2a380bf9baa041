package io.github.vanillanet.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.JSHandle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Java reads the zip files that the page creates. */
@ExtendWith(Browsers.class)
class ZipModuleIT {

  private static final String PACK =
      """
      async (files) => {
        const { zip } = await import('./page/zip.js');
        const packed = await zip(files.map(({ path, text }) => ({ path, file: new Blob([text]) })));
        const bytes = new Uint8Array(await packed.arrayBuffer());
        let letters = '';
        for (let at = 0; at < bytes.length; at += 32768) {
          letters += String.fromCharCode(...bytes.subarray(at, at + 32768));
        }
        return btoa(letters);
      }\
      """;

  @TempDir Path folder;

  private ZipFile packed(PageSession session, Object files) throws IOException {
    byte[] bytes = Base64.getDecoder().decode((String) session.page().evaluate(PACK, files));
    return new ZipFile(Files.write(folder.resolve("packed.zip"), bytes).toFile());
  }

  private static String content(ZipFile zip, String name) throws IOException {
    ZipEntry entry = zip.getEntry(name);
    // reads to the end, which checks the CRC
    return new String(zip.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void namesAndContentsAreKept(PageSession session) throws IOException {
    Object files =
        List.of(
            Map.of("path", "photos/ähre/1.txt", "text", "größer"),
            Map.of("path", "photos/empty", "text", ""),
            Map.of("path", "photos/long", "text", "x".repeat(200_000)));

    try (ZipFile zip = packed(session, files)) {
      assertThat(zip.size()).isEqualTo(3);
      assertThat(content(zip, "photos/ähre/1.txt")).isEqualTo("größer");
      assertThat(content(zip, "photos/empty")).isEmpty();
      assertThat(content(zip, "photos/long")).hasSize(200_000);
      assertThat(zip.getEntry("photos/empty").getCrc()).isZero();
      assertThat(zip.getEntry("photos/long").getMethod()).isEqualTo(ZipEntry.STORED);
    }
  }

  @Test
  void moreThan65535FilesArePacked(PageSession session) throws IOException {
    JSHandle files =
        session
            .page()
            .evaluateHandle(
                "Array.from({ length: 65537 }, (_, i) => ({ path: `c/${i}`, text: '' }))");

    try (ZipFile zip = packed(session, files)) {
      assertThat(zip.size()).isEqualTo(65537);
      assertThat(zip.getEntry("c/65536")).isNotNull();
    }
  }
}
