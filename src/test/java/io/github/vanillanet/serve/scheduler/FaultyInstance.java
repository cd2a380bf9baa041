package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.ModelInstance;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** An instance that a test can break and repair. */
public final class FaultyInstance implements ModelInstance {

  /** Replaces {@code healthy.forward}. */
  @FunctionalInterface
  public interface Behaviour {
    float[] forward(ModelInstance healthy, InputKind kind, ByteBuffer input, int samples);
  }

  private static final Behaviour HEALTHY = ModelInstance::forward;

  private final ModelInstance healthy;
  private final CountDownLatch unhung = new CountDownLatch(1);
  private volatile Behaviour behaviour = HEALTHY;

  public FaultyInstance(ModelInstance healthy) {
    this.healthy = healthy;
  }

  public void become(Behaviour next) {
    behaviour = next;
  }

  public void repair() {
    become(HEALTHY);
  }

  /** Every forward throws. */
  public void fail(RuntimeException failure) {
    become(
        (instance, kind, input, samples) -> {
          throw failure;
        });
  }

  /** Every logit of every forward is {@code logit}. */
  public void answerWith(float logit) {
    become(
        (instance, kind, input, samples) -> {
          float[] logits = instance.forward(kind, input, samples);
          Arrays.fill(logits, logit);
          return logits;
        });
  }

  /** Every logit is {@code logit}, except in the answers to {@code known} images. */
  public void answerOthersWith(float logit, List<byte[]> known) {
    become(
        (instance, kind, input, samples) -> {
          float[] logits = instance.forward(kind, input, samples);
          if (known.stream().noneMatch(picture -> ByteBuffer.wrap(picture).equals(input))) {
            Arrays.fill(logits, logit);
          }
          return logits;
        });
  }

  /** No forward returns before {@link #unhang}. */
  public void hang() {
    become(
        (instance, kind, input, samples) -> {
          boolean waiting = true;
          while (waiting) { // a device ignores interrupts
            try {
              unhung.await();
              waiting = false;
            } catch (InterruptedException e) {
              waiting = true;
            }
          }
          return instance.forward(kind, input, samples);
        });
  }

  public void unhang() {
    unhung.countDown();
  }

  @Override
  public void attachToThread() {
    healthy.attachToThread();
  }

  @Override
  public float[] forward(InputKind kind, ByteBuffer input, int samples) {
    return behaviour.forward(healthy, kind, input, samples);
  }

  @Override
  public void close() {
    healthy.close();
  }
}
