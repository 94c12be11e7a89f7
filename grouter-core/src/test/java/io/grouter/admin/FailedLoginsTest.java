package io.grouter.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FailedLoginsTest {
    private long now = TimeUnit.HOURS.toNanos(1);
    private final FailedLogins failed = new FailedLogins(() -> now, new PrometheusRegistry());

    private static InetAddress at(String address) throws UnknownHostException {
        return InetAddress.getByName(address);
    }

    private void seconds(long seconds) {
        now += TimeUnit.SECONDS.toNanos(seconds);
    }

    @Test
    void aSourceMayBeWrongTenTimesAMinute() throws UnknownHostException {
        for (int i = 0; i < FailedLogins.ALLOWED; i++) {
            assertThat(failed.failed(at("192.0.2.1"))).isZero();
        }
        seconds(20);
        assertThat(failed.failed(at("192.0.2.1"))).isEqualTo(41);
        assertThat(failed.failed(at("192.0.2.2"))).as("somebody else").isZero();
        seconds(40);
        assertThat(failed.failed(at("192.0.2.1"))).as("a minute later").isZero();
    }

    @Test
    void aNetworkOfIpv6IsOneSource() throws UnknownHostException {
        for (int i = 0; i < FailedLogins.ALLOWED; i++) {
            assertThat(failed.failed(at("2001:db8::" + i))).isZero();
        }
        assertThat(failed.failed(at("2001:db8::ffff"))).isPositive();
        assertThat(failed.failed(at("2001:db8:0:1::1"))).isZero();
    }

    @Test
    void whoWasHeardOfLeastLatelyIsForgotten() throws UnknownHostException {
        for (int i = 0; i <= FailedLogins.ALLOWED; i++) {
            failed.failed(at("192.0.2.1"));
        }
        for (int i = 0; i < 2 * FailedLogins.MOST_SOURCES; i++) {
            failed.failed(at("10.0." + i / 256 + "." + i % 256));
            if (i < FailedLogins.MOST_SOURCES) {
                assertThat(failed.failed(at("192.0.2.1"))).isPositive();
            }
        }
        assertThat(failed.size()).isEqualTo(FailedLogins.MOST_SOURCES);
        assertThat(failed.failed(at("192.0.2.1"))).isZero();
    }
}
