package io.github.vanillanet.serve.registry;

import java.util.concurrent.atomic.AtomicBoolean;

/** Keeps a version loaded while a request uses it. Closing it again has no effect. */
public final class Lease implements AutoCloseable {

  private final ServedModel model;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Takes over one acquired use of {@code model}. */
  Lease(ServedModel model) {
    this.model = model;
  }

  public ServedModel model() {
    return model;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      model.release();
    }
  }
}
