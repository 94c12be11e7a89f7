package io.grouter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class FiguresTest {
    @Test
    void agesHaveTwoUnitsAtMost() {
        assertThat(Figures.age(null)).isEqualTo("-");
        assertThat(Figures.age(0.0)).isEqualTo("0.0s");
        assertThat(Figures.age(9.94)).isEqualTo("9.9s");
        assertThat(Figures.age(9.96)).isEqualTo("10s");
        assertThat(Figures.age(59.6)).isEqualTo("1m");
        assertThat(Figures.age(200.0)).isEqualTo("3m20s");
        assertThat(Figures.age(7384.0)).isEqualTo("2h3m");
        assertThat(Figures.age(356_400.0)).isEqualTo("4d3h");
    }

    @Test
    void numbersAreGrouped() {
        assertThat(Figures.count(1_234_567)).isEqualTo("1,234,567");
        assertThat(Figures.count(1, "route")).isEqualTo("1 route");
        assertThat(Figures.count(0, "route")).isEqualTo("0 routes");
        assertThat(Figures.rate(0.0)).isEqualTo("0");
        assertThat(Figures.rate(0.25)).isEqualTo("0.3");
        assertThat(Figures.rate(4711.2)).isEqualTo("4,711");
        assertThat(Figures.share(0.875)).isEqualTo("88%");
        assertThat(Figures.millis(0.42)).isEqualTo("0.4ms");
        assertThat(Figures.millis(118.0)).isEqualTo("118ms");
    }

    @Test
    void timesAreInUtc() {
        assertThat(Figures.time("2026-11-23T03:00:00.123Z")).isEqualTo("2026-11-23 03:00:00Z");
        assertThat(Figures.time("soon")).isEqualTo("soon");
        Instant now = Instant.parse("2026-11-23T03:00:00Z");
        assertThat(Figures.until("2026-11-23T04:58:00Z", now)).isEqualTo("1h58m");
        assertThat(Figures.until("2026-11-23T02:58:00Z", now)).isEmpty();
    }
}
