package io.github.vanillanet.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * All PromQL queries in dashboards, rules and autoscalers.
 *
 * @param all the queries and their files
 * @param recorded series that the rules record
 */
public record ShippedQueries(List<Query> all, Set<String> recorded) {

  public record Query(String origin, String expression) {}

  private static final Pattern LABEL_VALUES =
      Pattern.compile("label_values\\((?:(.*),)?\\s*[\\w]+\\s*\\)", Pattern.DOTALL);

  public static ShippedQueries read() throws IOException {
    List<Query> queries = new ArrayList<>();
    Set<String> recorded = new TreeSet<>();
    for (Path file : ProjectFile.below("deploy/grafana/dashboards", ".json")) {
      dashboard(file.getFileName().toString(), Manifests.YAML.readTree(file.toFile()), queries);
    }
    JsonNode rules =
        Manifests.YAML.readTree(ProjectFile.ROOT.resolve("deploy/prometheus/rules.yaml").toFile());
    for (JsonNode rule : rules.findValue("groups").findParents("expr")) {
      String name = rule.has("record") ? rule.get("record").asText() : rule.get("alert").asText();
      queries.add(new Query("rules.yaml " + name, rule.get("expr").asText()));
      if (rule.has("record")) {
        recorded.add(name);
      }
    }
    autoscalers(queries);
    return new ShippedQueries(List.copyOf(queries), Set.copyOf(recorded));
  }

  private static void dashboard(String name, JsonNode dashboard, List<Query> queries) {
    for (JsonNode target : dashboard.findParents("expr")) {
      queries.add(new Query(name, target.get("expr").asText()));
    }
    for (JsonNode variable : dashboard.path("templating").path("list")) {
      Matcher values = LABEL_VALUES.matcher(variable.path("query").asText());
      if (values.matches() && values.group(1) != null) {
        queries.add(new Query(name + " $" + variable.get("name").asText(), values.group(1)));
      }
    }
  }

  private static void autoscalers(List<Query> queries) throws IOException {
    for (CustomResources.Trigger trigger :
        Chart.render("autoscaling: {type: keda}")
            .only(CustomResources.ScaledObject.class)
            .spec()
            .triggers()) {
      queries.add(new Query("KEDA", trigger.prometheus().query()));
    }
    Chart.render("autoscaling: {type: hpa}")
        .only(HorizontalPodAutoscaler.class)
        .getSpec()
        .getMetrics()
        .forEach(m -> queries.add(new Query("HPA", m.getExternal().getMetric().getName())));
  }

  /** Metrics that the service must export: not those of the cluster and the rules. */
  public Set<String> ofTheService() {
    Set<String> names = new TreeSet<>();
    for (Query query : all) {
      names.addAll(Promql.metrics(query.expression()));
    }
    names.removeAll(recorded);
    names.removeIf(ShippedQueries::isExternal);
    return names;
  }

  private static boolean isExternal(String metric) {
    return metric.startsWith("kube_")
        || metric.startsWith("container_")
        || metric.startsWith("DCGM_");
  }
}
