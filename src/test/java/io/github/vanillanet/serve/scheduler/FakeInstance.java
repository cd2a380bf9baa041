package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.ModelInstance;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;

/**
 * Answers each sample with its first byte and its index in the forward. Each forward takes a
 * permit, so a test controls when the device is busy.
 */
public final class FakeInstance implements ModelInstance {

  public final Semaphore permits;
  public final CountDownLatch entered = new CountDownLatch(1);
  public final List<Integer> forwards =
      new ArrayList<>(); // written by the worker until it is joined
  volatile Thread attached;
  volatile boolean closed;
  public volatile RuntimeException failure;

  public FakeInstance(int permits) {
    this.permits = new Semaphore(permits);
  }

  @Override
  public void attachToThread() {
    attached = Thread.currentThread();
  }

  @Override
  public float[] forward(InputKind kind, ByteBuffer input, int samples) {
    if (Thread.currentThread() != attached || !input.isDirect()) {
      throw new IllegalStateException("not on the lane's thread, or no direct buffer");
    }
    entered.countDown();
    permits.acquireUninterruptibly();
    RuntimeException planned = failure;
    if (planned != null) {
      failure = null;
      throw planned;
    }
    forwards.add(samples);
    float[] logits = new float[2 * samples];
    int bytes = input.remaining() / samples;
    for (int i = 0; i < samples; i++) {
      logits[2 * i] = input.get(input.position() + i * bytes);
      logits[2 * i + 1] = i;
    }
    return logits;
  }

  @Override
  public void close() {
    closed = true;
  }
}
