package io.grouter.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SimPlatformIT {
    private static final int BASE = 27_900;

    @Test
    void isReachedUnderItsOwnAddressAndWaitsForNats() throws Exception {
        try (EmbeddedNats nats = new EmbeddedNats(BASE);
                SimPlatform platform = new SimPlatform(
                        "dc1",
                        "nats://127.0.0.1:" + BASE,
                        HostAddress.everywhere("127.0.9.1"),
                        Duration.ofMillis(300))) {
            platform.push(new Deployment("shop", "shop.apps.localhost", Set.of(), 2));
            nats.start();
            platform.startGoRouters(2, "nats://127.0.0.1:" + BASE, BASE + 1, BASE + 3, Duration.ofMillis(800));
            for (int goRouter = 0; goRouter < 2; goRouter++) {
                InetSocketAddress at = new InetSocketAddress("127.0.9.1", BASE + 1 + goRouter);
                assertThat(HttpProbe.get(at, "shop.apps.localhost", "/").body()).startsWith("shop in dc1, instance ");
                assertThat(HttpProbe.get(at, "gone.apps.localhost", "/").status())
                        .isEqualTo(404);
                InetSocketAddress status = new InetSocketAddress("127.0.9.1", BASE + 3 + goRouter);
                assertThat(HttpProbe.get(status, "localhost", "/health").status())
                        .isEqualTo(200);
            }
        }
    }
}
