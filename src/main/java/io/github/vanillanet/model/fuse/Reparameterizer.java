package io.github.vanillanet.model.fuse;

import io.github.vanillanet.base.error.ErrorCode;
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
 * Turns the weights of the training form into those of the deployed form: each pair of convolutions
 * with their batch norms becomes one convolution, each activation's batch norm its bias. Exact only
 * when the LeakyReLU between the pairs has slope 1, which makes it the identity.
 *
 * @see <a href="https://arxiv.org/abs/2305.12972">VanillaNet, section 3.1</a>; {@code
 *     switch_to_deploy} in the official {@code models/vanillanet.py}
 */
public final class Reparameterizer {

  private final BinaryOperator<HostTensor> product;

  /**
   * @param product multiplies two matrices in float64
   */
  public Reparameterizer(BinaryOperator<HostTensor> product) {
    this.product = product;
  }

  /**
   * @param training the network of the training form
   * @param weights its parameters and buffers
   * @param slope of the LeakyReLU that the weights were trained to
   * @return float64 weights of the deployed form, in its parameter order
   * @throws ServiceException {@code NOT_EQUIVALENT} if the slope is not exactly 1
   * @throws ServiceException {@code BAD_CHECKPOINT} if the weights are not of this network
   */
  public StateDict fuse(Network training, StateDict weights, double slope) {
    if (training.form() != Form.TRAINING) {
      throw new IllegalArgumentException("only the training form is fused");
    }
    if (slope != 1) {
      throw new ServiceException(
          ErrorCode.NOT_EQUIVALENT,
          ("a net is fused at slope 1 only, where its LeakyReLU is the identity; this one has slope"
                  + " %s: train it to the end of the decay first")
              .formatted(slope));
    }
    Fusion fusion = new Fusion(ParameterTable.of(training).select(weights));
    fusion.pair("stem.0", "stem1.0", "stem1.1", "stem2.0", "stem2.1");
    fusion.activation("stem.1", "stem2.2");
    for (int block = 0; block < training.architecture().variant().strides().size(); block++) {
      String name = "stages." + block;
      fusion.pair(
          name + ".conv",
          name + ".conv1.0",
          name + ".conv1.1",
          name + ".conv2.0",
          name + ".conv2.1");
      fusion.activation(name + ".act", name + ".act");
    }
    fusion.classifier("cls.2", "cls1.2", "cls1.3", "cls2.0");
    return new StateDict(fusion.fused);
  }

  private final class Fusion {

    private final StateDict weights;
    private final Map<String, HostTensor> fused = new LinkedHashMap<>();

    Fusion(StateDict weights) {
      this.weights = weights;
    }

    void pair(String target, String conv1, String norm1, String conv2, String norm2) {
      put(target, normalised(conv2, norm2).after(normalised(conv1, norm1), product));
    }

    void classifier(String target, String conv1, String norm1, String conv2) {
      ConvolutionWeights second =
          new ConvolutionWeights(weights.get(conv2 + ".weight"), bias(conv2));
      put(target, second.after(normalised(conv1, norm1), product));
    }

    void activation(String target, String name) {
      HostTensor kernel = weights.get(name + ".weight");
      put(
          target,
          BatchNormFold.fold(weights, name + ".bn", kernel, new double[(int) kernel.shape()[0]]));
    }

    private ConvolutionWeights normalised(String conv, String norm) {
      return BatchNormFold.fold(weights, norm, weights.get(conv + ".weight"), bias(conv));
    }

    private double[] bias(String conv) {
      return weights.get(conv + ".bias").toDoubles();
    }

    private void put(String target, ConvolutionWeights conv) {
      fused.put(target + ".weight", conv.weight());
      fused.put(target + ".bias", conv.biasTensor());
    }
  }
}
