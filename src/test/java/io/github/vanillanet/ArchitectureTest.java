package io.github.vanillanet;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Files;
import java.nio.file.attribute.FileAttribute;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The package structure. docs/architecture.md explains it; these rules enforce it. */
class ArchitectureTest {

  private static final String ROOT = "io.github.vanillanet.";

  /**
   * The packages of each neighbourhood, lowest first. A package may import those before it in its
   * own neighbourhood, and the neighbourhoods that {@link #BELOW} lists.
   */
  private static final List<List<String>> PACKAGES =
      List.of(
          List.of(
              "base.error", "base.files", "base.json", "base.config", "base.timing", "base.image"),
          List.of(
              "model.checkpoint",
              "model.network",
              "model.peers",
              "model.fuse",
              "model.engine",
              "model.certify",
              "model.repository",
              "model.export",
              "model.quantize",
              "model.bucket"),
          List.of(
              "serve.metrics",
              "serve.scheduler",
              "serve.registry",
              "serve.inference",
              "serve.api.access",
              "serve.api.connections",
              "serve.api.http",
              "serve.api.json",
              "serve.api.openapi",
              "serve.api",
              "serve.api.oip",
              "serve.api.grpc",
              "serve.api.compat"),
          List.of(
              "train.dataset",
              "train.loop",
              "train.jobs",
              "train.cluster",
              "train.gate",
              "train.look",
              "train.pipeline",
              "train.experiment",
              "train.api"),
          List.of("cli.classify", "cli", "app"));

  private static final List<String> BELOW_MODEL = List.of("base");
  private static final List<String> BELOW_SERVE_AND_TRAIN = List.of("base", "model");

  private static final JavaClasses PROJECT =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.github.vanillanet");

  /** They ignore the folder of the process. */
  @Test
  void temporaryFilesAreInTheFolderOfTheProcess() {
    noClasses()
        .should()
        .callMethod(
            Files.class, "createTempFile", String.class, String.class, FileAttribute[].class)
        .orShould()
        .callMethod(Files.class, "createTempDirectory", String.class, FileAttribute[].class)
        .check(PROJECT);
  }

  @Test
  void importsPointDown() {
    for (List<String> neighbourhood : PACKAGES) {
      for (int i = 0; i < neighbourhood.size(); i++) {
        Set<String> allowed = new TreeSet<>(neighbourhood.subList(0, i + 1));
        checkImports(neighbourhood.get(i), allowed);
      }
    }
  }

  private static void checkImports(String name, Set<String> allowed) {
    List<String> below = neighbourhoodsBelow(name);
    classes()
        .that()
        .resideInAPackage(ROOT + name)
        .should()
        .onlyDependOnClassesThat(
            DescribedPredicate.describe(
                "are in %s, in %s or outside the project".formatted(allowed, below),
                type -> isOutside(type) || allowed.contains(name(type)) || isBelow(type, below)))
        .check(PROJECT);
  }

  private static List<String> neighbourhoodsBelow(String name) {
    return switch (neighbourhood(name)) {
      case "base" -> List.of();
      case "model" -> BELOW_MODEL;
      case "serve", "train" -> BELOW_SERVE_AND_TRAIN;
      default -> List.of("base", "model", "serve", "train");
    };
  }

  private static boolean isOutside(JavaClass type) {
    return !(type.getPackageName() + ".").startsWith(ROOT);
  }

  private static String name(JavaClass type) {
    return type.getPackageName().substring(ROOT.length());
  }

  private static boolean isBelow(JavaClass type, List<String> below) {
    return below.contains(neighbourhood(name(type)));
  }

  private static String neighbourhood(String name) {
    return name.replaceFirst("\\..*", "");
  }

  @Test
  void everyPackageIsListed() {
    classes()
        .should()
        .resideInAnyPackage(
            PACKAGES.stream().flatMap(List::stream).map(ROOT::concat).toArray(String[]::new))
        .check(PROJECT);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching(ROOT + "(**)").should().beFreeOfCycles().check(PROJECT);
  }

  @Test
  void onlyEngineAndTrainingLoopUseDjl() {
    onlyIn("ai.djl..", "model.engine", "train.loop");
  }

  @Test
  void onlyTheClusterExecutorUsesKubernetes() {
    onlyIn("io.fabric8..", "train.cluster");
  }

  @Test
  void onlyTheBucketUsesTheAmazonSdk() {
    onlyIn("software.amazon..", "model.bucket");
  }

  @Test
  void onlyTheHttpFiltersUseOpenTelemetry() {
    onlyIn("io.opentelemetry..", "serve.api.http");
  }

  @Test
  void onlyRoutesUseJakartaRest() {
    onlyIn("jakarta.ws.rs..", "serve.api", "serve.api.", "train.api", "app");
  }

  @Test
  void onlyRoutesAndWiringUseInjection() {
    onlyIn("jakarta.inject..", "serve.api", "serve.api.", "train.api", "app");
    onlyIn("jakarta.enterprise..", "serve.api", "serve.api.", "train.api", "app");
  }

  @Test
  void onlyRoutesAndWiringUseVertx() {
    onlyIn("io.vertx..", "serve.api", "serve.api.", "train.api", "app");
  }

  @Test
  void onlyTheHttpLayerUsesNetty() {
    onlyIn("io.netty..", "serve.api.");
  }

  /** A trailing dot in {@code packages} includes the packages below. */
  private static void onlyIn(String library, String... packages) {
    String[] allowed = new String[packages.length];
    for (int i = 0; i < packages.length; i++) {
      allowed[i] = ROOT + packages[i] + (packages[i].endsWith(".") ? "." : "");
    }
    noClasses()
        .that()
        .resideOutsideOfPackages(allowed)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library)
        .check(PROJECT);
  }
}
