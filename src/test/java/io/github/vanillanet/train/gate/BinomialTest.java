package io.github.vanillanet.train.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import org.junit.jupiter.api.Test;

class BinomialTest {

  private static final double RELATIVE_ERROR = 1e-11;
  private static final double SMALLEST = 1e-300; // below, doubles have fewer digits

  /** The tail in exact rational arithmetic; the probability is {@code part / whole}. */
  private static double exact(int successes, int trials, long part, long whole) {
    BigInteger sum = BigInteger.ZERO;
    BigInteger choices = BigInteger.ONE;
    for (int k = 0; k <= trials; k++) {
      if (k >= successes) {
        sum =
            sum.add(
                choices
                    .multiply(BigInteger.valueOf(part).pow(k))
                    .multiply(BigInteger.valueOf(whole - part).pow(trials - k)));
      }
      choices = choices.multiply(BigInteger.valueOf(trials - k)).divide(BigInteger.valueOf(k + 1L));
    }
    return new BigDecimal(sum)
        .divide(new BigDecimal(BigInteger.valueOf(whole).pow(trials)), MathContext.DECIMAL64)
        .doubleValue();
  }

  @Test
  void theTailIsThatOfExactArithmetic() {
    for (int trials : new int[] {1, 2, 9, 30, 108, 500}) {
      for (int part = 1; part < 20; part += 3) {
        for (int successes = 0; successes <= trials; successes += 1 + trials / 17) {
          double expected = exact(successes, trials, part, 20);
          assertThat(Binomial.atLeast(successes, trials, part / 20.0))
              .as("at least %d of %d with %d/20", successes, trials, part)
              .isCloseTo(expected, within(Math.max(expected * RELATIVE_ERROR, SMALLEST)));
        }
      }
    }
  }

  @Test
  void publishedValuesAreReproduced() {
    // Fisher's lady who tasted tea, as a sign test: 8 of 8 right
    assertThat(Binomial.atLeast(8, 8, 0.5)).isEqualTo(1 / 256.0);
    // scipy.stats.binomtest(3, 15, 0.1, alternative='greater'), from its documentation
    assertThat(Binomial.atLeast(3, 15, 0.1)).isCloseTo(0.18406106910639114, within(1e-14));
  }

  @Test
  void theLimitsAreExact() {
    assertThat(Binomial.atLeast(0, 0, 0)).isEqualTo(1);
    assertThat(Binomial.atLeast(0, 10, 0.3)).isEqualTo(1);
    assertThat(Binomial.atLeast(10, 10, 1)).isEqualTo(1);
    assertThat(Binomial.atLeast(9, 10, 1)).isEqualTo(1);
    assertThat(Binomial.atLeast(1, 10, 0)).isZero();
  }

  @Test
  void manyTrialsNeitherOverflowNorLoseTheTail() {
    int trials = 1_000_000_000;

    assertThat(Binomial.atLeast(trials / 2, trials, 0.5)).isCloseTo(0.5, within(2e-5));
    // five standard deviations; the normal tail is 2.8665e-7
    assertThat(Binomial.atLeast(trials / 2 + 79_057, trials, 0.5))
        .isCloseTo(2.8665e-7, within(0.001e-7));
    assertThat(Binomial.atLeast(trials, trials, 0.5)).isZero();
  }
}
