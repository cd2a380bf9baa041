package io.github.vanillanet.model.fuse;

import static io.github.vanillanet.base.error.ErrorCode.NOT_EQUIVALENT;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.ParameterTable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BinaryOperator;

/**
 * Converts the weights of the training form or the single form to those of the deployed form. Each
 * pair of convolutions with their batch norms becomes one convolution, and so does each single one
 * with its batch norm; the batch norm of each series activation becomes a bias. The result is exact
 * only if the LeakyReLU between the two convolutions has slope 1, where it is the identity.
 *
 * @see <a href="https://arxiv.org/abs/2305.12972">VanillaNet, section 3.1</a>, and {@code
 *     switch_to_deploy} in the official {@code models/vanillanet.py}
 */
public final class Reparameterizer {

  private final boolean pairs;
  private final StateDict deep;
  private final BinaryOperator<HostTensor> product;
  private final Map<String, HostTensor> shallow = new LinkedHashMap<>();

  private Reparameterizer(boolean pairs, StateDict deep, BinaryOperator<HostTensor> product) {
    this.pairs = pairs;
    this.deep = deep;
    this.product = product;
  }

  /**
   * Fuses a net.
   *
   * @param training the network, in the training form or the single form
   * @param weights its parameters and buffers
   * @param slope of the LeakyReLU at the end of the training
   * @param product multiplies two matrices in float64
   * @return float64 weights of the deployed form, in the order of its layers
   * @throws ServiceException {@code NOT_EQUIVALENT} if the slope is not exactly 1
   * @throws ServiceException {@code BAD_CHECKPOINT} if the weights do not fit the network
   */
  public static StateDict fuse(
      Network training, StateDict weights, double slope, BinaryOperator<HostTensor> product) {
    if (training.form() == Form.DEPLOYED) {
      throw new IllegalArgumentException("expected a form with batch norms");
    }
    if (slope != 1) {
      throw NOT_EQUIVALENT.error(
          "expected slope 1, found %s: train until the slope has reached 1, then fuse", slope);
    }
    StateDict deep = ParameterTable.of(training).select(weights);
    return new Reparameterizer(training.form() == Form.TRAINING, deep, product)
        .fuse(training.architecture().blocks());
  }

  private StateDict fuse(int blocks) {
    Affine stem = normalised("stem1.0", "stem1.1");
    put("stem.0", pairs ? stem.then(normalised("stem2.0", "stem2.1"), product) : stem);
    put("stem.1", normalised("stem2.2", "stem2.2.bn"));
    for (int i = 0; i < blocks; i++) {
      String block = "stages." + i;
      Affine first = normalised(block + ".conv1.0", block + ".conv1.1");
      put(
          block + ".conv",
          pairs ? first.then(normalised(block + ".conv2.0", block + ".conv2.1"), product) : first);
      put(block + ".act", normalised(block + ".act", block + ".act.bn"));
    }
    put(
        "cls.2",
        pairs
            ? normalised("cls1.2", "cls1.3").then(Affine.of(deep, "cls2.0"), product)
            : Affine.of(deep, "cls1.2"));
    return new StateDict(shallow);
  }

  private Affine normalised(String convolution, String batchNorm) {
    return Affine.of(deep, convolution).then(deep, batchNorm);
  }

  private void put(String name, Affine convolution) {
    double[] bias = convolution.bias();
    shallow.put(name + ".weight", convolution.weight());
    shallow.put(name + ".bias", HostTensor.of(bias, bias.length));
  }
}
