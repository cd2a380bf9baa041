package io.github.vanillanet.model.checkpoint;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.Oracle;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The places and names of weights in the files of other trainers. */
class TrainerLayoutsTest {

  private static final Path FILES = Path.of("src/test/resources/checkpoint");
  private static final Map<String, HostTensor> RAW = official("model");
  private static final Map<String, HostTensor> AVERAGE = official("model_ema");
  private static final TensorNames NAMES =
      new TensorNames(
          List.of(
              RAW.keySet().stream()
                  .filter(name -> !name.endsWith("num_batches_tracked"))
                  .collect(Collectors.toCollection(LinkedHashSet::new))));

  @TempDir Path folder;

  private static Map<String, HostTensor> official(String key) {
    Path file = Oracle.file("models/vanillanet_5/checkpoint-3.pth");
    return TorchCheckpoint.read(file, Optional.of(key)).weights().tensors();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "module.",
        "_orig_mod.",
        "model.",
        "net.",
        "backbone.",
        "encoder.",
        "module.module.",
        "model._orig_mod.",
        "module.model.backbone.",
        "_fsdp_wrapped_module."
      })
  void usualPrefixesAreRemovedAndReported(String prefix) throws IOException {
    for (String key : List.of("", "state_dict")) {
      Map<String, ?> named = prefixed(RAW, prefix);

      TorchCheckpoint read = read(key.isEmpty() ? named : Map.of(key, named));

      assertThat(read.weights().tensors().keySet()).isEqualTo(RAW.keySet());
      assertRaw(read);
      assertThat(read.notes()).hasSize(prefix.isEmpty() ? 0 : 1);
      assertThat(read.notes()).allMatch(note -> note.contains(prefix));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "stages.0., stages.0._checkpoint_wrapped_module.",
    "stages., stages._orig_mod.",
    "stem1., stem1._orig_mod."
  })
  void wrappersInTheMiddleOfNamesAreRemoved(String part, String wrapped) throws IOException {
    Map<String, HostTensor> named = new LinkedHashMap<>();
    RAW.forEach((name, tensor) -> named.put(name.replace(part, wrapped), tensor));

    TorchCheckpoint read = read(named);

    assertRaw(read);
    assertThat(read.notes()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "state_dict_ema",
        "model_ema",
        "ema",
        "ema.module",
        "ema_state_dict",
        "modelEMA",
        "swa_model",
        "averaged_model",
        "callbacks.EMACallback.shadow"
      })
  void averagedWeightsAreUsedAndReported(String path) throws IOException {
    Map<String, Object> file = new LinkedHashMap<>();
    file.put("state_dict", RAW);
    put(file, List.of(path.split("\\.")), AVERAGE);

    TorchCheckpoint read = read(file);

    assertAverage(read);
    assertThat(read.key()).isEqualTo(path);
    assertThat(read.notes()).hasSize(1);
    assertThat(read.notes().get(0)).contains(path, "state_dict");
    assertRaw(read(file, "state_dict"));
  }

  @Test
  void averagedWeightsInTheSameStateDictAreUsed() throws IOException {
    Map<String, HostTensor> both = new LinkedHashMap<>(prefixed(RAW, "model."));
    both.putAll(prefixed(AVERAGE, "ema_model.module."));
    both.put("ema_model.n_averaged", RAW.get("stem1.1.num_batches_tracked"));

    assertAverage(read(Map.of("state_dict", both)));
    assertRaw(read(Map.of("state_dict", both), "state_dict.model"));
  }

  @Test
  void mmengineKeepsTheAverageInStateDict() throws IOException {
    Map<String, ?> file =
        Map.of(
            "meta", Map.of("mmengine_version", "0.10.1"),
            "state_dict", prefixed(AVERAGE, "backbone."),
            "ema_state_dict", prefixed(RAW, "module.backbone."));

    TorchCheckpoint read = read(file);

    assertAverage(read);
    assertThat(read.notes()).anyMatch(note -> note.contains("ema_state_dict"));
  }

  @Test
  void anAverageWithoutStatisticsIsReportedAndNotUsed() throws IOException {
    Map<String, HostTensor> parameters = new LinkedHashMap<>(AVERAGE);
    parameters.keySet().removeIf(name -> name.contains("running"));

    TorchCheckpoint read = read(Map.of("model", RAW, "ema", parameters));

    assertRaw(read);
    assertThat(read.notes()).hasSize(1);
  }

  @Test
  void severalDifferentAveragesAreRejectedWithTheirKeys() {
    Map<String, ?> file = Map.of("ema_0.99", RAW, "ema_0.9999", AVERAGE, "model", RAW);

    assertThatThrownBy(() -> read(file))
        .has(code(ErrorCode.BAD_CHECKPOINT))
        .hasMessageContainingAll("--key", "ema_0.99", "ema_0.9999");
  }

  @Test
  void weightsUnderAnUnusualKeyAreRejectedWithTheKeysThatFit() throws IOException {
    Map<String, ?> file =
        Map.of("epoch", 5, "model_state_dict", RAW, "a", Map.of("b", Map.of("c", RAW)));
    Map<String, HostTensor> flat = new LinkedHashMap<>(prefixed(RAW, "student."));
    flat.putAll(prefixed(AVERAGE, "teacher."));

    assertThatThrownBy(() -> read(file))
        .has(code(ErrorCode.BAD_CHECKPOINT))
        .hasMessageContainingAll("--key", "model_state_dict", "a.b.c");
    assertThatThrownBy(() -> read(file, "epoch"))
        .has(code(ErrorCode.BAD_CHECKPOINT))
        .hasMessageContainingAll("--key", "model_state_dict", "a.b.c");
    assertThatThrownBy(() -> read(flat))
        .has(code(ErrorCode.BAD_CHECKPOINT))
        .hasMessageContainingAll("student", "teacher");
    assertRaw(read(file, "model_state_dict"));
    assertRaw(read(file, "a.b.c"));
    assertRaw(read(flat, "student"));
    assertAverage(read(flat, "teacher"));
  }

  @Test
  void whatIsBesideTheNetIsLeftOutAndReported() throws IOException {
    HostTensor extra = HostTensor.of(new float[] {1}, 1);
    Map<String, Object> flat = new LinkedHashMap<>(RAW);
    flat.put("total_ops", extra);
    flat.put("stem1.0.total_params", extra);
    flat.put("criterion.weight", extra);
    flat.put("epoch", 3);
    Map<String, Object> lightning = new LinkedHashMap<>(prefixed(RAW, "model."));
    lightning.put("train_acc.tp", extra);

    TorchCheckpoint read = read(flat);

    assertThat(read.weights().tensors().keySet()).isEqualTo(RAW.keySet());
    assertThat(String.join("\n", read.notes()))
        .contains("total_ops", "stem1.0.total_params", "criterion.weight", "epoch");
    assertThat(read(Map.of("state_dict", lightning)).notes())
        .anyMatch(note -> note.contains("train_acc.tp"));
  }

  @Test
  void otherExtrasAreLeftOutOnlyIfTheyAreIgnored() throws IOException {
    HostTensor extra = HostTensor.of(new float[] {1}, 1);
    Map<String, Object> file = new LinkedHashMap<>(RAW);
    file.put("head_dist.weight", extra);
    Map<String, Object> deeper = new LinkedHashMap<>(RAW);
    deeper.put("stages.3.conv1.0.weight", extra);

    assertThatThrownBy(() -> read(file))
        .has(code(ErrorCode.BAD_CHECKPOINT))
        .hasMessageContainingAll("head_dist.weight", "--ignore");
    assertRaw(ignoring(file, "dist"));
    assertThat(ignoring(deeper, ".*").weights().tensors())
        .as("a tensor of a deeper net, which the caller rejects")
        .containsKey("stages.3.conv1.0.weight");
  }

  @Test
  void aRegularExpressionThatNeedsExponentialTimeIsRejected() {
    Map<String, Object> file = new LinkedHashMap<>(RAW);
    file.put("a".repeat(4000) + "!", HostTensor.of(new float[] {1}, 1));

    assertThatThrownBy(() -> ignoring(file, "^(a|aa)+$")).has(code(ErrorCode.BAD_CONFIGURATION));
    for (String hostile : List.of("^(a+)+$", "^(a|a)*$", "^(.*)*b$", "(x+x+)+y|(a*)*b")) {
      assertThatThrownBy(() -> ignoring(file, hostile)).isInstanceOf(ServiceException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"objects2", "objects4"})
  void unknownObjectsBesideTheWeightsAreInertValues(String name) {
    TorchCheckpoint read = TorchCheckpoint.read(FILES.resolve(name + ".pth"), Optional.of("model"));

    assertThat(read.weights().tensors().keySet()).isEqualTo(Set.of("conv.weight", "conv.bias"));
    assertThat(read.weights().get("conv.weight").toDoubles()).containsOnly(1);
  }

  private TorchCheckpoint ignoring(Map<String, ?> content, String regex) throws IOException {
    return TorchCheckpoint.read(
        write(content),
        new WeightRequest(
            Optional.empty(), NAMES, new IgnoredNames(Optional.of(Pattern.compile(regex)))));
  }

  private TorchCheckpoint read(Map<String, ?> content) throws IOException {
    return read(content, Optional.empty());
  }

  private TorchCheckpoint read(Map<String, ?> content, String key) throws IOException {
    return read(content, Optional.of(key));
  }

  private TorchCheckpoint read(Map<String, ?> content, Optional<String> key) throws IOException {
    return TorchCheckpoint.read(
        write(content), new WeightRequest(key, NAMES, new IgnoredNames(Optional.empty())));
  }

  private Path write(Map<String, ?> content) throws IOException {
    Path file = Files.createTempFile(folder, "checkpoint", ".pth");
    TorchArchive.writeCheckpoint(file, content);
    return file;
  }

  private static Map<String, HostTensor> prefixed(Map<String, HostTensor> dict, String prefix) {
    Map<String, HostTensor> named = new LinkedHashMap<>();
    dict.forEach((name, tensor) -> named.put(prefix + name, tensor));
    return named;
  }

  private static void put(Map<String, Object> file, List<String> path, Map<String, ?> weights) {
    Object value = weights;
    for (int i = path.size() - 1; i > 0; i--) {
      value = Map.of(path.get(i), value);
    }
    file.put(path.get(0), value);
  }

  private static void assertRaw(TorchCheckpoint read) {
    assertThat(read.weights().sha256()).isEqualTo(new StateDict(RAW).sha256());
  }

  private static void assertAverage(TorchCheckpoint read) {
    assertThat(read.weights().sha256()).isEqualTo(new StateDict(AVERAGE).sha256());
  }
}
