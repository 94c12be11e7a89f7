package io.grouter.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.route.SiteHealth;
import io.grouter.route.SiteInfo;
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

    private static SiteInfo node(SiteHealth health, String... relays) {
        return new SiteInfo("eu", List.of(), 80, 0, List.of(), List.of("192.0.2.1"), List.of(relays), health);
    }

    @Test
    void allNodesButThoseThatLeaveTakeRelayedRequests() {
        SiteInfo mine = node(IDLE, "192.0.2.1:9", "192.0.2.2:9");
        SiteInfo sibling = node(BUSY, "192.0.2.2:9", "192.0.2.3:9");
        SiteInfo leaving = node(BUSY.withDraining(true), "192.0.2.4:9");
        SiteInfo site = SiteSum.together(List.of(mine, sibling, leaving), false);
        assertThat(site.relays()).containsExactly("192.0.2.1:9", "192.0.2.2:9", "192.0.2.3:9");
        assertThat(site.entries()).isEqualTo(mine.entries());
        assertThat(site.health()).isEqualTo(SiteSum.of(List.of(IDLE, BUSY), false));
        assertThat(SiteSum.together(List.of(leaving), false).relays()).containsExactly("192.0.2.4:9");
    }
}
