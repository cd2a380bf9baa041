package io.github.vanillanet;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The house: packages are floors, and who may import whom stands here and nowhere else. */
class ArchitectureTest {

  private static final String BASE = "io.github.vanillanet.";

  /** What each package may import of the project; app may import all. */
  private static final Map<String, List<String>> IMPORTS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("error", List.of()),
              Map.entry("config", List.of()),
              Map.entry("timing", List.of()),
              Map.entry("metrics", List.of()),
              Map.entry("checkpoint", List.of("error")),
              Map.entry("image", List.of("error")),
              Map.entry("jobs", List.of("error")),
              Map.entry("cluster", List.of("error", "jobs")),
              Map.entry("dataset", List.of("error", "image")),
              Map.entry("network", List.of("error", "checkpoint")),
              Map.entry("fuse", List.of("error", "checkpoint", "network")),
              Map.entry("engine", List.of("error", "checkpoint", "network")),
              Map.entry("certify", List.of("error", "checkpoint", "image", "network", "engine")),
              Map.entry("batching", List.of("error", "timing", "metrics", "engine")),
              Map.entry(
                  "registry",
                  List.of("error", "metrics", "image", "network", "engine", "certify", "batching")),
              Map.entry(
                  "publish",
                  List.of(
                      "error",
                      "checkpoint",
                      "image",
                      "network",
                      "fuse",
                      "engine",
                      "certify",
                      "registry")),
              Map.entry(
                  "serving",
                  List.of(
                      "error",
                      "timing",
                      "metrics",
                      "image",
                      "network",
                      "engine",
                      "batching",
                      "registry")),
              Map.entry("training", List.of("error", "checkpoint", "network", "fuse", "engine")),
              Map.entry(
                  "pipeline",
                  List.of(
                      "error",
                      "jobs",
                      "checkpoint",
                      "image",
                      "dataset",
                      "network",
                      "engine",
                      "certify",
                      "registry",
                      "publish",
                      "training")),
              Map.entry("rest.problem", List.of("error")),
              Map.entry("rest.call", List.of("error", "timing", "metrics", "registry", "serving")),
              Map.entry(
                  "cli",
                  List.of(
                      "error",
                      "jobs",
                      "network",
                      "engine",
                      "certify",
                      "publish",
                      "registry",
                      "pipeline")),
              Map.entry(
                  "rest",
                  List.of(
                      "error",
                      "config",
                      "image",
                      "network",
                      "engine",
                      "certify",
                      "registry",
                      "serving",
                      "rest.problem",
                      "rest.call")),
              Map.entry(
                  "rest.admin",
                  List.of(
                      "error", "config", "metrics", "network", "jobs", "registry", "rest.problem")),
              Map.entry(
                  "rest.v2",
                  List.of(
                      "error",
                      "config",
                      "metrics",
                      "network",
                      "engine",
                      "registry",
                      "serving",
                      "rest.json",
                      "rest.problem",
                      "rest.call")),
              Map.entry("rest.json", List.of("error")),
              Map.entry(
                  "rest.compat",
                  List.of(
                      "error",
                      "config",
                      "registry",
                      "serving",
                      "rest.json",
                      "rest.problem",
                      "rest.call"))));

  private static final JavaClasses PROJECT =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.github.vanillanet");

  @Test
  void everyPackageImportsWhatItsFloorAllows() {
    IMPORTS.forEach(
        (name, allowed) -> {
          List<String> packages = new ArrayList<>();
          packages.add(BASE + name);
          allowed.forEach(other -> packages.add(BASE + other));
          ArchRule rule =
              classes()
                  .that()
                  .resideInAPackage(BASE + name)
                  .should()
                  .onlyDependOnClassesThat(
                      DescribedPredicate.describe(
                          "are in " + packages + " or not of the project",
                          type ->
                              !(type.getPackageName() + ".").startsWith(BASE)
                                  || packages.contains(type.getPackageName())));
          rule.check(PROJECT);
        });
  }

  @Test
  void everyPackageHasItsFloor() {
    classes()
        .that()
        .resideOutsideOfPackage(BASE + "app")
        .should()
        .resideInAnyPackage(IMPORTS.keySet().stream().map(BASE::concat).toArray(String[]::new))
        .check(PROJECT);
  }

  @Test
  void nothingRunsInACircle() {
    slices().matching(BASE + "(**)").should().beFreeOfCycles().check(PROJECT);
  }

  @Test
  void theEngineIsKnownInOnePlace() {
    noClasses()
        .that()
        .resideOutsideOfPackages(BASE + "engine", BASE + "training")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("ai.djl..")
        .check(PROJECT);
  }

  @Test
  void kubernetesIsKnownInOnePlace() {
    noClasses()
        .that()
        .resideOutsideOfPackage(BASE + "cluster")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.fabric8..")
        .check(PROJECT);
  }

  @Test
  void tracesAreKnownInOnePlace() {
    noClasses()
        .that()
        .resideOutsideOfPackage(BASE + "rest.call")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.opentelemetry..")
        .check(PROJECT);
  }

  @Test
  void httpIsKnownToTheRestPackagesOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackages(BASE + "rest", BASE + "rest..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("jakarta.ws.rs..")
        .check(PROJECT);
  }

  @Test
  void injectionIsKnownToRestAndAppOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackages(BASE + "rest", BASE + "rest..", BASE + "app")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("jakarta.inject..", "jakarta.enterprise..")
        .check(PROJECT);
  }
}
