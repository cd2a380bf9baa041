package io.github.vanillanet.base.timing;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that a test advances. */
public final class ManualTicker implements Ticker {

  private final AtomicLong now = new AtomicLong(1_000_000);

  @Override
  public long nanos() {
    return now.get();
  }

  public void advance(Duration duration) {
    now.addAndGet(duration.toNanos());
  }
}
