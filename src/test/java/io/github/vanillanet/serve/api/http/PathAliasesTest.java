package io.github.vanillanet.serve.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class PathAliasesTest {

  @Test
  void vertexRoutesAreOtherNamesOfOwnPaths() {
    PathAliases aliases =
        new PathAliases(
            Optional.of("/health"), Optional.of("/v1/endpoints/7/deployedModels/8:predict"));

    assertThat(aliases.ownPath("/health")).contains("/ping");
    assertThat(aliases.ownPath("/v1/endpoints/7/deployedModels/8:predict"))
        .contains("/invocations");
    assertThat(aliases.ownPath("/classify")).isEmpty();
  }

  /** A path that leads to itself would be routed for ever. */
  @Test
  void anOwnPathIsNoAlias() {
    PathAliases aliases = new PathAliases(Optional.of("/ping"), Optional.of("/invocations"));

    assertThat(aliases.ownPath("/ping")).isEmpty();
    assertThat(aliases.ownPath("/invocations")).isEmpty();
  }

  @Test
  void anEncodedColonIsDecodedBeforePredictOnly() {
    PathAliases aliases = new PathAliases(Optional.empty(), Optional.empty());

    assertThat(aliases.ownPath("/v1/models/a%3Apredict")).contains("/v1/models/a:predict");
    assertThat(aliases.ownPath("/v1/models/a%3Apredicted")).isEmpty();
    assertThat(aliases.ownPath("/v2/models/a%3Apredict")).isEmpty();
  }
}
