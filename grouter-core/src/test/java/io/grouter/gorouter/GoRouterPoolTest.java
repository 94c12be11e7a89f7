package io.grouter.gorouter;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class GoRouterPoolTest {
    private long now;
    private final GoRouterPool pool = new GoRouterPool(
            new GoRouterConfig(
                    List.of(member(1), member(2), member(3)),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(5)),
            () -> now,
            new PrometheusRegistry());

    private static GoRouterConfig.Member member(int port) {
        return new GoRouterConfig.Member(
                InetSocketAddress.createUnresolved("127.0.0.1", port),
                InetSocketAddress.createUnresolved("127.0.0.1", 100 + port));
    }

    private GoRouter pick() {
        return Objects.requireNonNull(pool.pick(null));
    }

    private GoRouter member(GoRouter.Health health, int index) {
        GoRouter member = pool.members().get(index);
        pool.probed(member, health);
        return member;
    }

    @Test
    void takesTurnsAmongEquals() {
        assertThat(List.of(pick(), pick(), pick())).doesNotHaveDuplicates();
    }

    @Test
    void prefersTheLeastBusy() {
        pool.members().get(0).begin();
        pool.members().get(1).begin();
        assertThat(List.of(pick(), pick(), pick())).containsOnly(pool.members().get(2));
        pool.members().get(0).end();
        pool.members().get(1).end();
        assertThat(List.of(pick(), pick(), pick())).doesNotHaveDuplicates();
    }

    @Test
    void passesOverDrainingAndDownOnes() {
        member(GoRouter.Health.DRAINING, 0);
        member(GoRouter.Health.DOWN, 1);
        GoRouter well = member(GoRouter.Health.HEALTHY, 2);
        assertThat(List.of(pick(), pick(), pick())).containsOnly(well);
        assertThat(pool.healthy()).isEqualTo(1);
    }

    @Test
    void failsOpenWhenNoneIsUsable() {
        for (int i = 0; i < 3; i++) {
            member(GoRouter.Health.DOWN, i);
        }
        assertThat(pool.healthy()).isZero();
        assertThat(List.of(pick(), pick(), pick())).doesNotHaveDuplicates();
    }

    @Test
    void aRefusedConnectionPausesAGoRouterForAWhile() {
        GoRouter refused = pool.members().get(0);
        pool.connectFailed(refused, "refused");
        assertThat(List.of(pick(), pick(), pick(), pick())).doesNotContain(refused);
        now += Duration.ofSeconds(5).toNanos();
        assertThat(List.of(pick(), pick(), pick())).contains(refused);
    }

    @Test
    void goingOnToAnswerProbesDoesNotEndThePause() {
        GoRouter refused = member(GoRouter.Health.HEALTHY, 0);
        pool.connectFailed(refused, "refused");
        pool.probed(refused, GoRouter.Health.HEALTHY);
        assertThat(pool.healthy()).isEqualTo(2);
    }

    @Test
    void comingBackEndsThePauseAtOnce() {
        GoRouter refused = pool.members().get(0);
        pool.connectFailed(refused, "refused");
        pool.probed(refused, GoRouter.Health.HEALTHY);
        assertThat(pool.healthy()).isEqualTo(3);
    }

    @Test
    void triesEachOnceForOneRequest() {
        BitSet tried = new BitSet();
        for (int i = 0; i < 3; i++) {
            GoRouter next = Objects.requireNonNull(pool.pick(tried));
            assertThat(tried.get(next.index())).isFalse();
            tried.set(next.index());
        }
        assertThat(pool.pick(tried)).isNull();
    }
}
