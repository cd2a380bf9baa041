package io.github.vanillanet.serve.registry;

import io.github.vanillanet.model.repository.ModelId;

/** Is told how each piece of work of a served version ended. On request threads: be quick. */
public interface AnswerObserver {

  void answered(ModelId id);

  /** The engine failed, or answered an image with logits that are not finite. */
  void failed(ModelId id);

  /** Looks away. */
  static AnswerObserver none() {
    return new AnswerObserver() {
      @Override
      public void answered(ModelId id) {}

      @Override
      public void failed(ModelId id) {}
    };
  }
}
