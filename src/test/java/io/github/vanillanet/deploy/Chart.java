package io.github.vanillanet.deploy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The project's chart, rendered by Helm's engine. */
final class Chart {

  static final String RELEASE = "cats";
  static final String NAMESPACE = "vision";

  /** Name of all objects: release and chart. */
  static final String NAME = RELEASE + "-vanillanet-serving";

  private Chart() {}

  /** Renders the chart with a values file in YAML. */
  static Manifests render(String values) throws IOException {
    return render(RELEASE, values);
  }

  static Manifests render(String release, String values) throws IOException {
    Path file = Files.createTempFile("values", ".yaml");
    try {
      Files.writeString(file, values);
      TemplateCommand template =
          new Helm(ProjectFile.ROOT.resolve("helm"))
              .template()
              .withName(release)
              .withNamespace(NAMESPACE)
              .withValuesFile(file);
      return Manifests.parse(template.call());
    } finally {
      Files.delete(file);
    }
  }

  static Manifests render(Map<String, ?> values) throws IOException {
    return render(new ObjectMapper().writeValueAsString(values));
  }
}
