package io.grouter.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RetryBudgetTest {
    private static final long SECOND = 1_000_000_000;

    private final RetryBudget budget = new RetryBudget(20);

    private int takeAll(long nowNanos) {
        int taken = 0;
        while (budget.take(nowNanos)) {
            taken++;
        }
        return taken;
    }

    @Test
    void aShareOfAllRequestsMayBeRepeated() {
        assertThat(takeAll(0)).isEqualTo(100);
        for (int i = 0; i < 50; i++) {
            budget.earn();
        }
        assertThat(takeAll(0)).isEqualTo(10);
    }

    @Test
    void aFewPerSecondAlwaysMay() {
        takeAll(0);
        assertThat(takeAll(SECOND)).isEqualTo(10);
        assertThat(takeAll(SECOND)).isZero();
    }

    @Test
    void timeIsNotLostByAskingOften() {
        takeAll(0);
        int taken = 0;
        for (long now = 0; now <= SECOND; now += 300_000) {
            taken += budget.take(now) ? 1 : 0;
        }
        assertThat(taken).isBetween(9, 10);
    }

    @Test
    void noMoreThanAHundredAreSavedUp() {
        for (int i = 0; i < 10_000; i++) {
            budget.earn();
        }
        assertThat(takeAll(100 * SECOND)).isEqualTo(100);
    }
}
