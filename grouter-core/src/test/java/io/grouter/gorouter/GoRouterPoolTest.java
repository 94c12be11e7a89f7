package io.grouter.gorouter;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.testing.Configs;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GoRouterPoolTest {
    private long now;
    private final GoRouterPool pool = pool(1000);

    private GoRouterPool pool(int limit) {
        List<GoRouterConfig.Member> members = new ArrayList<>();
        for (int port = 1; port <= 3; port++) {
            InetSocketAddress address = InetSocketAddress.createUnresolved("127.0.0.1", port);
            members.add(new GoRouterConfig.Member(address, address));
        }
        return new GoRouterPool(
                Configs.goRouters(members, limit, GoRouterTlsConfig.OFF), () -> now, new PrometheusRegistry());
    }

    /** Takes one and gives it back at once. */
    private GoRouter pick(@Nullable BitSet tried) {
        GoRouter taken = Objects.requireNonNull(pool.take(tried));
        taken.end();
        return taken;
    }

    private Set<GoRouter> picks(int times) {
        Set<GoRouter> picked = new HashSet<>();
        for (int i = 0; i < times; i++) {
            picked.add(pick(null));
        }
        return picked;
    }

    private GoRouter member(GoRouter.Health health, int index) {
        GoRouter member = pool.members().get(index);
        pool.probed(member, health);
        return member;
    }

    @Test
    void usesAllThatAreUsable() {
        assertThat(picks(200)).hasSize(3);
    }

    @Test
    void neverPicksTheBusierOfTwo() {
        GoRouter busiest = pool.members().get(1);
        assertThat(busiest.begin()).isTrue();
        assertThat(picks(200)).hasSize(2).doesNotContain(busiest);
        busiest.end();
        assertThat(picks(200)).hasSize(3);
    }

    @Test
    void spreadsRequestsThatStayEvenly() {
        for (int i = 0; i < 300; i++) {
            assertThat(pool.take(null)).isNotNull();
        }
        assertThat(pool.members())
                .allSatisfy(each -> assertThat(each.inFlight()).isBetween(95, 105));
    }

    @Test
    void passesOverDrainingAndDownOnes() {
        member(GoRouter.Health.DRAINING, 0);
        member(GoRouter.Health.DOWN, 1);
        GoRouter well = member(GoRouter.Health.HEALTHY, 2);
        assertThat(picks(50)).containsExactly(well);
        assertThat(pool.healthy()).isEqualTo(1);
    }

    @Test
    void failsOpenWhenNoneIsUsable() {
        for (int i = 0; i < 3; i++) {
            member(GoRouter.Health.DOWN, i);
        }
        assertThat(pool.healthy()).isZero();
        assertThat(picks(200)).hasSize(3);
    }

    @Test
    void aRefusedConnectionPausesAGoRouterForAWhile() {
        GoRouter refused = pool.members().get(0);
        pool.connectFailed(refused, "refused", false);
        assertThat(picks(50)).doesNotContain(refused);
        now += Duration.ofSeconds(5).toNanos();
        assertThat(pool.healthy()).isEqualTo(3);
    }

    @Test
    void aGoRouterThatIsBackGetsItsShareSlowly() {
        GoRouter back = pool.members().get(0);
        pool.connectFailed(back, "refused", false);
        now += Duration.ofSeconds(5).toNanos();
        assertThat(pool.healthy()).isEqualTo(3);
        now += Duration.ofSeconds(1).toNanos();
        for (int i = 0; i < 210; i++) {
            assertThat(pool.take(null)).isNotNull();
        }
        assertThat(back.inFlight()).isBetween(1, 25);
        now += Duration.ofSeconds(10).toNanos();
        for (int i = 0; i < 300; i++) {
            assertThat(pool.take(null)).isNotNull();
        }
        assertThat(back.inFlight()).isBetween(150, 180);
    }

    @Test
    void goingOnToAnswerProbesDoesNotEndThePause() {
        GoRouter refused = member(GoRouter.Health.HEALTHY, 0);
        pool.connectFailed(refused, "refused", false);
        pool.probed(refused, GoRouter.Health.HEALTHY);
        assertThat(pool.healthy()).isEqualTo(2);
    }

    @Test
    void comingBackEndsThePauseAtOnce() {
        GoRouter refused = pool.members().get(0);
        pool.connectFailed(refused, "refused", false);
        pool.probed(refused, GoRouter.Health.HEALTHY);
        assertThat(pool.healthy()).isEqualTo(3);
    }

    @Test
    void connectionsThatBreakInARowPauseAGoRouter() {
        GoRouter breaking = pool.members().get(0);
        for (int i = 0; i < 10; i++) {
            pool.broke(breaking, true);
        }
        assertThat(pool.healthy()).as("idle ones may end").isEqualTo(3);
        for (int i = 0; i < 4; i++) {
            pool.broke(breaking, false);
        }
        assertThat(pool.healthy()).isEqualTo(3);
        pool.broke(breaking, false);
        assertThat(pool.healthy()).isEqualTo(2);
    }

    @Test
    void anAnswerBetweenThemEndsTheRow() {
        GoRouter well = pool.members().get(0);
        for (int i = 0; i < 20; i++) {
            pool.broke(well, false);
            pool.broke(well, false);
            pool.answered(well);
        }
        assertThat(pool.healthy()).isEqualTo(3);
    }

    @Test
    void triesEachOnceForOneRequest() {
        BitSet tried = new BitSet();
        for (int i = 0; i < 3; i++) {
            assertThat(pool.hasMore(tried)).isTrue();
            GoRouter next = pick(tried);
            assertThat(tried.get(next.index())).isFalse();
            tried.set(next.index());
        }
        assertThat(pool.take(tried)).isNull();
        assertThat(pool.hasMore(tried)).isFalse();
    }

    @Test
    void noneIsGivenMoreThanItsLimit() {
        GoRouterPool small = pool(2);
        for (int i = 0; i < 6; i++) {
            assertThat(small.take(null)).isNotNull();
        }
        assertThat(small.take(null)).isNull();
        assertThat(small.hasMore(null)).isTrue();
        small.members().get(1).end();
        assertThat(small.take(null)).isSameAs(small.members().get(1));
    }

    @Test
    void aGoRouterThatShowsTroubleIsGivenLessAndThenMoreAgain() {
        GoRouter troubled = pool.members().get(0);
        for (int i = 0; i < 100; i++) {
            assertThat(troubled.begin()).isTrue();
        }
        pool.probeTook(troubled, Duration.ofMillis(400).toNanos());
        assertThat(troubled.limit()).isEqualTo(1000);
        pool.probeTook(troubled, Duration.ofMillis(600).toNanos());
        assertThat(troubled.limit()).isEqualTo(90);
        pool.probeTook(troubled, Duration.ofMillis(600).toNanos());
        assertThat(troubled.limit()).as("once a second").isEqualTo(90);
        for (int i = 0; i < 20; i++) {
            troubled.end();
        }
        int before = troubled.limit();
        for (int i = 0; i < 300; i++) {
            while (troubled.begin()) {
                // up to the limit, so that it is known to matter
            }
            troubled.end();
        }
        assertThat(troubled.limit()).isGreaterThan(before + 10);
    }

    @Test
    void aLimitThatRequestsWaitForGrowsBack() {
        GoRouter troubled = pool.members().get(0);
        member(GoRouter.Health.DOWN, 1);
        member(GoRouter.Health.DOWN, 2);
        for (int i = 0; i < 20; i++) {
            assertThat(pool.take(null)).isSameAs(troubled);
        }
        pool.probeTook(troubled, Duration.ofSeconds(1).toNanos());
        assertThat(troubled.limit()).isEqualTo(18);
        for (int i = 0; i < 20; i++) {
            troubled.end();
        }
        for (int round = 0; round < 2000 && troubled.limit() < 1000; round++) {
            int taken = 0;
            while (pool.take(null) != null) {
                taken++;
            }
            for (int i = 0; i < taken; i++) {
                troubled.end();
            }
        }
        assertThat(troubled.limit()).isEqualTo(1000);
    }
}
