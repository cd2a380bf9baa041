package io.github.vanillanet.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Compares the table of limits in {@code SECURITY.md} with the generated table of settings. */
class SecurityPageTest {

  /** The cells of each row of a table, without the outer bars. */
  private static List<String[]> rows(String page) throws IOException {
    return Page.read(Page.ROOT.resolve(page))
        .prose()
        .lines()
        .filter(line -> line.startsWith("| "))
        .map(line -> line.substring(2).split(" *\\| *"))
        .toList();
  }

  @Test
  void limitsHaveTheDefaultsOfTheirSettings() throws IOException {
    Map<String, String> defaults =
        rows("docs/configuration.md").stream()
            .filter(row -> row[0].startsWith("`vanillanet."))
            .collect(
                Collectors.toMap(row -> row[0].replaceAll("^`([^`]+)`.*", "$1"), row -> row[2]));
    List<String[]> limits =
        rows("SECURITY.md").stream()
            .filter(row -> row.length == 4 && row[1].startsWith("`vanillanet."))
            .toList();

    assertThat(limits).hasSizeGreaterThan(9);
    for (String[] limit : limits) {
      String value = defaults.get(limit[1].replace("`", ""));
      assertThat(value).as(limit[1]).isNotNull();
      if (value.isEmpty()) {
        assertThat(limit[2]).as("the default of %s is computed", limit[1]).doesNotContain("`");
      } else {
        assertThat(limit[2]).as(limit[1]).isEqualTo(value);
      }
    }
  }
}
