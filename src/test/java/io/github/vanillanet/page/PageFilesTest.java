package io.github.vanillanet.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The size of the files of the page, without pictures. */
class PageFilesTest {

  private static final int MAX_BYTES = 150_000;
  private static final int MAX_LINES = 299;

  @Test
  void thePageIsSmallAndSoIsEachFile() throws IOException {
    Path folder = Path.of("src/main/resources/META-INF/resources");
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files = all.filter(file -> file.toString().matches(".*\\.(html|css|js)")).toList();
    }

    assertThat(files).hasSizeGreaterThan(40);
    long bytes = 0;
    for (Path file : files) {
      bytes += Files.size(file);
      assertThat(Files.readAllLines(file)).as(file.toString()).hasSizeLessThanOrEqualTo(MAX_LINES);
    }
    assertThat(bytes).isLessThan(MAX_BYTES);
  }
}
