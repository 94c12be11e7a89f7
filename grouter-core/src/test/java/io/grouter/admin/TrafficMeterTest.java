package io.grouter.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.route.SiteId;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrafficMeterTest {
    private static final SiteId DC1 = new SiteId("dc1");
    private static final SiteId DC2 = new SiteId("dc2");
    private static final long SECOND = 1_000_000_000;

    private double forwarded = 1000;
    private double redirected = 50;
    private final TrafficMeter meter = new TrafficMeter(site -> site.equals(DC1)
            ? new NodeFacts.Traffic(forwarded, 0, 0, 0, 0)
            : new NodeFacts.Traffic(0, redirected, 0, 0, 0));

    private void look(long nanos) {
        meter.look(List.of(DC1, DC2), nanos);
    }

    @Test
    void ratesAreWhatWasCountedBetweenTwoLooks() {
        look(0);
        assertThat(meter.all()).isEqualTo(NodeFacts.Traffic.NONE);
        forwarded += 300;
        redirected += 1;
        look(2 * SECOND);
        assertThat(meter.of(DC1).forwarded()).isEqualTo(150);
        assertThat(meter.of(DC2).redirected()).isEqualTo(0.5);
        assertThat(meter.all()).isEqualTo(new NodeFacts.Traffic(150, 0.5, 0, 0, 0));
        look(3 * SECOND);
        assertThat(meter.all()).isEqualTo(NodeFacts.Traffic.NONE);
    }

    @Test
    void looksCloseTogetherCountAsOne() {
        look(0);
        forwarded += 100;
        look(SECOND);
        forwarded += 5;
        look(SECOND + 1);
        assertThat(meter.of(DC1).forwarded()).isEqualTo(100);
        assertThat(meter.of(new SiteId("dc9"))).isEqualTo(NodeFacts.Traffic.NONE);
    }
}
