package io.github.vanillanet.serve.registry;

import io.github.vanillanet.base.image.RgbImage;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.ModelInstance;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The first forwards of an instance, on the thread that will do all others: engines keep what they
 * prepare for a shape, cuDNN's choice of an algorithm above all, for each thread.
 *
 * @param probes the certificate's, at the model's input size
 * @param sizes of forwards that will be asked for
 * @param kinds of inputs to warm
 */
record WarmUp(List<RgbImage> probes, List<Integer> sizes, List<InputKind> kinds) {

  /**
   * @return logits of each probe
   */
  List<float[]> run(ModelInstance instance) {
    List<float[]> answers = new ArrayList<>();
    for (RgbImage probe : probes) {
      answers.add(instance.forward(InputKind.IMAGES, pixels(probe, 1), 1));
    }
    for (int size : sizes) {
      for (InputKind kind : kinds) {
        instance.forward(kind, input(kind, size), size);
      }
    }
    return answers;
  }

  private ByteBuffer input(InputKind kind, int size) {
    RgbImage probe = probes.get(0);
    return switch (kind) {
      case IMAGES -> pixels(probe, size);
      case NORMALISED -> // zeros: times do not depend on values
          direct(size * kind.sampleBytes(probe.height(), probe.width()));
    };
  }

  static ByteBuffer pixels(RgbImage image, int copies) {
    ByteBuffer pixels = direct(copies * image.rgb().length);
    for (int i = 0; i < copies; i++) {
      pixels.put(image.rgb());
    }
    return pixels.flip();
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }
}
