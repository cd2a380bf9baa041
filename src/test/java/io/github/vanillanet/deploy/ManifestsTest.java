package io.github.vanillanet.deploy;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link Manifests} rejects unknown fields, kinds and duplicates. */
class ManifestsTest {

  private static final String DEPLOYMENT =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: x}
      spec:
        template:
          spec:
            containers:
              - name: serving
                livenessProbe:
                  httpGet: {%s: /live, port: 1}
                resources: {limits: {memory: 1Gi}}
      """;

  @Test
  void knownFieldsAreAccepted() {
    assertThatCode(() -> Manifests.parse(DEPLOYMENT.formatted("path"))).doesNotThrowAnyException();
  }

  @Test
  void nestedMisspeltFieldsAreFound() {
    assertThatThrownBy(() -> Manifests.parse(DEPLOYMENT.formatted("pth")))
        .hasMessageContaining(".spec.template.spec.containers[0].livenessProbe.httpGet.pth");
  }

  @Test
  void misspeltFieldsOfCustomResourcesAreFound() {
    assertThatThrownBy(
            () ->
                Manifests.parse(
                    "{apiVersion: keda.sh/v1alpha1, kind: ScaledObject, spec: {trigger: []}}"))
        .hasMessageContaining("trigger");
  }

  /** A server reads YAML 1.1, and rejects a number or a boolean where it expects a text. */
  @ParameterizedTest
  @ValueSource(strings = {"true", "yes", "on", "y", "1e3", "0.5", "007", "12"})
  void textsThatLookLikeOtherTypesNeedQuotes(String name) {
    String account = "{apiVersion: v1, kind: ServiceAccount, metadata: {name: %s}}";

    assertThatThrownBy(() -> Manifests.parse(account.formatted(name))).hasMessageContaining("name");
    assertThatCode(() -> Manifests.parse(account.formatted('"' + name + '"')))
        .doesNotThrowAnyException();
  }

  @Test
  void unknownKindsAreRejected() {
    assertThatThrownBy(() -> Manifests.parse("{apiVersion: apps/v1beta1, kind: Deployment}"))
        .hasMessageContaining("apps/v1beta1/Deployment");
  }

  @Test
  void duplicateFieldsAreRejected() {
    assertThatThrownBy(() -> Manifests.parse("apiVersion: v1\nkind: Service\nkind: Secret\n"))
        .hasMessageContaining("kind");
  }
}
