package io.github.vanillanet.serve.api.access;

import io.github.vanillanet.base.config.SignInConfig;
import io.github.vanillanet.base.timing.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts failed sign-ins of each client address, and of each user at an address, within a sliding
 * window. It keeps the addresses that failed last, each with at most as many failures as its limit,
 * so its memory is bounded. Thread-safe.
 */
final class SignInThrottle {

  /** 20 failures of each take about 10 MB. */
  static final int MAX_ADDRESSES = 10_000;

  /**
   * @param user hash of the user's name; users with the same hash share a limit, which only matters
   *     to the one address that sent both
   */
  private record Failure(int user, long nanos) {}

  private final Ticker ticker;
  private final SignInConfig limits;
  private final long windowNanos;

  /** The address that failed last is the last one. */
  private final Map<String, Deque<Failure>> addresses = new LinkedHashMap<>(); // guarded by this

  SignInThrottle(Ticker ticker, SignInConfig limits) {
    this.ticker = ticker;
    this.limits = limits;
    this.windowNanos = limits.window().toNanos();
  }

  /** How long this user has to wait at this address before the next attempt; zero if not at all. */
  synchronized Duration delay(String address, String user) {
    Deque<Failure> failures = addresses.get(address);
    if (failures == null) {
      return Duration.ZERO;
    }
    long now = ticker.nanos();
    forgetOld(failures, now);
    int hash = user.hashCode();
    List<Failure> ofUser = failures.stream().filter(failure -> failure.user() == hash).toList();
    long nanos =
        Math.max(
            delayNanos(ofUser, limits.failures(), now),
            delayNanos(List.copyOf(failures), limits.addressFailures(), now));
    return Duration.ofNanos(nanos);
  }

  /** The time until fewer failures than the limit are in the window. */
  private long delayNanos(List<Failure> failures, int limit, long now) {
    return failures.size() < limit
        ? 0
        : failures.get(failures.size() - limit).nanos() + windowNanos - now;
  }

  synchronized void failed(String address, String user) {
    long now = ticker.nanos();
    Deque<Failure> failures = addresses.remove(address);
    if (failures == null) {
      failures = new ArrayDeque<>();
    }
    forgetOld(failures, now);
    failures.add(new Failure(user.hashCode(), now));
    addresses.put(address, failures);
    if (addresses.size() > MAX_ADDRESSES) {
      Iterator<String> oldest = addresses.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
  }

  /** Forgets the failures of this user at this address. */
  synchronized void succeeded(String address, String user) {
    Deque<Failure> failures = addresses.get(address);
    if (failures != null) {
      int hash = user.hashCode();
      failures.removeIf(failure -> failure.user() == hash);
      if (failures.isEmpty()) {
        addresses.remove(address);
      }
    }
  }

  private void forgetOld(Deque<Failure> failures, long now) {
    while (!failures.isEmpty() && now - failures.getFirst().nanos() >= windowNanos) {
      failures.removeFirst();
    }
  }

  synchronized int addresses() {
    return addresses.size();
  }
}
