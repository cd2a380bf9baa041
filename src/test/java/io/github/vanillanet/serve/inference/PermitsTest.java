package io.github.vanillanet.serve.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PermitsTest {

  private final Permits permits = new Permits(2);

  @Test
  void thereAreAsManyAsWereMade() {
    assertThat(permits.request()).isDone();
    assertThat(permits.request()).isDone();
    assertThat(permits.request()).isNotDone();
    assertThat(permits.waiting()).isEqualTo(1);
  }

  @Test
  void whoCameFirstIsNext() {
    takeAll();
    CompletableFuture<Void> first = permits.request();
    CompletableFuture<Void> second = permits.request();

    permits.release();
    assertThat(first).isDone();
    assertThat(second).isNotDone();

    permits.release();
    assertThat(second).isDone();
    assertThat(permits.waiting()).isZero();
  }

  @Test
  void whoGivesUpLeavesTheLine() {
    takeAll();
    CompletableFuture<Void> leaving = permits.request();

    permits.giveUp(leaving);

    assertThat(permits.waiting()).isZero();
    permits.release();
    assertThat(permits.request()).isDone();
    assertThat(permits.request()).isNotDone();
  }

  @Test
  void aPermitThatCameWhileItWasGivenUpIsTheNextOnes() {
    takeAll();
    CompletableFuture<Void> leaving = permits.request();
    CompletableFuture<Void> next = permits.request();
    permits.release();

    permits.giveUp(leaving);

    assertThat(next).isDone();
    assertThat(permits.request()).isNotDone();
  }

  @Test
  void whoIsCancelledIsPassedOverBeforeItsOwnerKnows() {
    takeAll();
    CompletableFuture<Void> leaving = permits.request();
    CompletableFuture<Void> next = permits.request();
    leaving.cancel(false);

    permits.release();
    assertThat(next).isCompleted();

    permits.giveUp(leaving); // its owner has woken up
    assertThat(permits.request()).isNotDone();
  }

  @Test
  void onesThatNobodyWaitsForAreKept() {
    takeAll();
    permits.request().cancel(false);

    permits.release();
    permits.release();

    takeAll();
    assertThat(permits.request()).isNotDone();
  }

  private void takeAll() {
    assertThat(permits.request()).isDone();
    assertThat(permits.request()).isDone();
  }
}
