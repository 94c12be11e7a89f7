package io.grouter.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.route.SiteHealth;
import java.util.List;
import org.junit.jupiter.api.Test;

class SiteSumTest {
    private static final SiteHealth BUSY = new SiteHealth(2, false, 100, 99, 30);
    private static final SiteHealth IDLE = new SiteHealth(3, false, 50, 0, 0);

    @Test
    void oneNodeIsTheSite() {
        assertThat(SiteSum.of(List.of(BUSY), false)).isEqualTo(BUSY);
        assertThat(SiteSum.of(List.of(BUSY.withDraining(true)), false)).isEqualTo(BUSY.withDraining(true));
    }

    @Test
    void nodesAddUpButForTheGoRoutersTheyShare() {
        SiteHealth site = SiteSum.of(List.of(BUSY, IDLE), false);
        assertThat(site).isEqualTo(new SiteHealth(3, false, 150, 99, 30));
        SiteHealth failing = new SiteHealth(1, false, 10, 99, 1000);
        assertThat(SiteSum.of(List.of(BUSY, failing), false).errorPermille())
                .as("by what they do")
                .isEqualTo(515);
    }

    @Test
    void aNodeThatLeavesDoesNotCountWhileOthersStay() {
        assertThat(SiteSum.of(List.of(BUSY.withDraining(true), IDLE), false)).isEqualTo(IDLE);
    }

    @Test
    void theSiteDrainsWithItsLastNodeOrByOrder() {
        SiteHealth all = SiteSum.of(List.of(BUSY.withDraining(true), IDLE.withDraining(true)), false);
        assertThat(all).isEqualTo(new SiteHealth(3, true, 150, 99, 30));
        assertThat(SiteSum.of(List.of(BUSY.withDraining(true), IDLE), true)).isEqualTo(all);
    }

    @Test
    void sumsDoNotOverflow() {
        SiteHealth huge = new SiteHealth(1, false, Integer.MAX_VALUE, Integer.MAX_VALUE, 1000);
        assertThat(SiteSum.of(List.of(huge, huge), false)).isEqualTo(huge);
    }
}
