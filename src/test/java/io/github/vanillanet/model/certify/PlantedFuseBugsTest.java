package io.github.vanillanet.model.certify;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.ScalarType;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.Float64Reference;
import io.github.vanillanet.model.engine.Nets;
import io.github.vanillanet.model.engine.TorchInstance;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.fuse.Reparameterizer;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.DeployedModule;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Layer;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.SeededWeights;
import io.github.vanillanet.model.network.VanillaNetVariant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each test makes a typical mistake of a fuse and expects that no certificate is issued. The nets
 * come from the official code; their batch norms are far from the identity, and some gammas are
 * negative.
 */
class PlantedFuseBugsTest {

  private static final String VARIANT = "vanillanet_7";

  private static TorchRuntime runtime;
  private static Float64Reference reference;
  private static Nets.Net trained;
  private static Network deployed;

  @TempDir Path folder;

  @BeforeAll
  static void open() {
    runtime = TorchRuntime.load();
    reference = new Float64Reference(runtime);
    trained = Nets.read(VARIANT, "checkpoint-3.pth", "model_ema");
    deployed = Network.of(trained.network().architecture(), Form.DEPLOYED);
  }

  @AfterAll
  static void close() {
    reference.close();
  }

  @Test
  void certifiesTheCorrectFuse() throws IOException {
    Certificate certificate = certify(fuse(trained.weights()), deployed);

    assertThat(certificate.float64().maxDelta()).isLessThan(1e-12);
    assertThat(certificate.served().top1()).isEqualTo(1);
    assertThat(certificate.source()).isEqualTo(Certificate.Source.FUSED);
  }

  @Test
  void wrongEpsilonIsNotCertified() {
    // var + 1e-5 under the root: as if the variances had been 9e-6 larger
    StateDict wrong = each(".running_var", variance -> map(variance, v -> v + 9e-6));

    assertNotCertified(fuse(wrong), deployed);
  }

  @Test
  void transposedKernelIsNotCertified() {
    assertNotCertified(change("stages.1.act.weight", PlantedFuseBugsTest::transposed), deployed);
  }

  @Test
  void transposedMatrixIsNotCertified() {
    // block 0 is square, so its shape stays valid
    assertNotCertified(change("stages.0.conv.weight", PlantedFuseBugsTest::transposed), deployed);
  }

  @Test
  void missingBiasIsNotCertified() {
    StateDict wrong = each("conv1.0.bias", bias -> map(bias, b -> 0));

    assertNotCertified(fuse(wrong), deployed);
  }

  @Test
  void missingActivationBiasIsNotCertified() {
    assertNotCertified(change("stages.3.act.bias", bias -> map(bias, b -> 0)), deployed);
  }

  @Test
  void gammaWithoutItsSignIsNotCertified() {
    StateDict wrong =
        each(".weight", gamma -> gamma.shape().length == 1 ? map(gamma, Math::abs) : gamma);

    assertNotCertified(fuse(wrong), deployed);
  }

  @Test
  void batchNormInTrainingModeIsNotCertified() {
    // the statistics of a standardised batch instead of the running ones
    StateDict means = each(".running_mean", mean -> map(mean, m -> 0));
    StateDict wrong = each(means, ".running_var", variance -> map(variance, v -> 1));

    assertNotCertified(fuse(wrong), deployed);
  }

  @Test
  void poolBeforeTheBatchNormIsNotCertified() {
    // correct weights, but the pool is before its convolution, and gammas may be negative
    assertNotCertified(fuse(trained.weights()), swapEach(Layer.MaxPool.class));
  }

  @Test
  void slopeOfNineTenthsIsRejected() {
    assertThatThrownBy(
            () ->
                Reparameterizer.fuse(trained.network(), trained.weights(), 0.9, reference::product))
        .has(code(ErrorCode.NOT_EQUIVALENT))
        .hasMessageContaining("0.9");
  }

  @Test
  void swappedBlocksAreNotCertified() {
    // needs blocks of equal width
    Architecture equal =
        new Architecture(
            VanillaNetVariant.VANILLANET_8, List.of(8, 8, 8, 8, 8, 8, 8), 3, 10, 64, 64);
    Network training = Network.of(equal, Form.TRAINING);
    StateDict weights = SeededWeights.of(training, 11);
    StateDict fused = Reparameterizer.fuse(training, weights, 1, reference::product);
    Map<String, HostTensor> swapped = new LinkedHashMap<>(fused.tensors());
    for (String part : List.of("conv.weight", "conv.bias", "act.weight", "act.bias")) {
      swapped.put("stages.2." + part, fused.get("stages.3." + part));
      swapped.put("stages.3." + part, fused.get("stages.2." + part));
    }

    assertNotCertified(training, weights, new StateDict(swapped), Network.of(equal, Form.DEPLOYED));
  }

  @Test
  void exchangedConvolutionsAreNotCertified() {
    Map<String, HostTensor> exchanged = new LinkedHashMap<>(trained.weights().tensors());
    // both convolutions of block 0 have the same shape
    for (String part :
        List.of("0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var")) {
      exchanged.put("stages.0.conv1." + part, trained.weights().get("stages.0.conv2." + part));
      exchanged.put("stages.0.conv2." + part, trained.weights().get("stages.0.conv1." + part));
    }

    assertNotCertified(fuse(new StateDict(exchanged)), deployed);
  }

  @Test
  void depthwiseBeforeTheReluIsNotCertified() {
    assertNotCertified(fuse(trained.weights()), swapEach(Layer.Relu.class));
  }

  @Test
  void weightsOfAnotherKeyAreNotCertified() {
    Nets.Net other = Nets.read(VARIANT, "checkpoint-3.pth", "model");

    assertNotCertified(fuse(other.weights()), deployed);
  }

  @Test
  void oneWeightOffByAThousandthIsNotCertified() {
    assertNotCertified(
        change(
            "stages.2.conv.weight",
            weight -> {
              double[] values = weight.toDoubles();
              values[3] *= 1.001;
              return HostTensor.of(values, weight.shape());
            }),
        deployed);
  }

  /** Exchanges each ReLU with the next layer, or each other layer with the previous one. */
  private static Network swapEach(Class<? extends Layer> kind) {
    List<Layer> layers = new ArrayList<>(deployed.layers());
    for (int i = 1; i < layers.size() - 1; i++) {
      if (kind.isInstance(layers.get(i))) {
        Collections.swap(layers, i, kind == Layer.Relu.class ? i + 1 : i - 1);
        i++;
      }
    }
    return new Network(deployed.architecture(), Form.DEPLOYED, layers);
  }

  private static StateDict fuse(StateDict weights) {
    return Reparameterizer.fuse(trained.network(), weights, 1, reference::product);
  }

  private static StateDict change(String name, UnaryOperator<HostTensor> mistake) {
    Map<String, HostTensor> changed = new LinkedHashMap<>(fuse(trained.weights()).tensors());
    changed.computeIfPresent(name, (key, tensor) -> mistake.apply(tensor));
    return new StateDict(changed);
  }

  private static StateDict each(String ending, UnaryOperator<HostTensor> mistake) {
    return each(trained.weights(), ending, mistake);
  }

  private static StateDict each(
      StateDict weights, String ending, UnaryOperator<HostTensor> mistake) {
    Map<String, HostTensor> changed = new LinkedHashMap<>();
    weights
        .tensors()
        .forEach(
            (name, tensor) ->
                changed.put(name, name.endsWith(ending) ? mistake.apply(tensor) : tensor));
    return new StateDict(changed);
  }

  private static HostTensor map(HostTensor tensor, DoubleUnaryOperator mistake) {
    return HostTensor.of(Arrays.stream(tensor.toDoubles()).map(mistake).toArray(), tensor.shape());
  }

  /** Exchanges the last two dimensions that are longer than 1 and equal. */
  private static HostTensor transposed(HostTensor tensor) {
    long[] shape = tensor.shape();
    boolean matrix = shape[2] == 1;
    int rows = (int) (matrix ? shape[0] : shape[2]);
    double[] values = tensor.toDoubles();
    double[] turned = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      int within = i % (rows * rows);
      turned[i - within + within % rows * rows + within / rows] = values[i];
    }
    return HostTensor.of(turned, shape);
  }

  private void assertNotCertified(StateDict fused, Network network) {
    assertNotCertified(trained.network(), trained.weights(), fused, network);
  }

  private void assertNotCertified(
      Network training, StateDict weights, StateDict fused, Network network) {
    assertThatThrownBy(() -> certify(training, weights, fused, network))
        .has(code(ErrorCode.NOT_EQUIVALENT))
        .hasMessageContaining("float64");
  }

  private Certificate certify(StateDict fused, Network network) throws IOException {
    return certify(trained.network(), trained.weights(), fused, network);
  }

  private Certificate certify(Network training, StateDict weights, StateDict fused, Network network)
      throws IOException {
    Architecture net = network.architecture();
    Preprocessing preprocessing = Preprocessing.official(net.inputHeight(), net.inputWidth());
    Map<String, HostTensor> rounded = new LinkedHashMap<>();
    fused.tensors().forEach((name, tensor) -> rounded.put(name, tensor.to(ScalarType.FLOAT32)));
    Path file = Files.createTempFile(folder, "model", ".pt");
    DeployedModule.of(network, new StateDict(rounded), preprocessing, Arithmetic.PUBLISHED)
        .write(file);
    try (TorchInstance instance =
        TorchInstance.load(runtime, file, Device.CPU, net.inputHeight(), net.inputWidth(), 2)) {
      return EquivalenceCheck.certify(
          reference,
          new EquivalenceCheck.Fuse(training, weights, network, fused),
          "00",
          instance,
          preprocessing,
          Map.of());
    }
  }
}
