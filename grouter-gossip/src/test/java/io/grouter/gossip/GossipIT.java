package io.grouter.gossip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grouter.fib.Fib;
import io.grouter.fib.RouteEntry;
import io.grouter.fib.SiteView;
import io.grouter.link.LinkTlsConfig;
import io.grouter.overrides.OverrideStore;
import io.grouter.rib.Rib;
import io.grouter.rib.RibConfig;
import io.grouter.rib.RibThread;
import io.grouter.route.Endpoint;
import io.grouter.route.FeedState;
import io.grouter.route.Freshness;
import io.grouter.route.RouteChange;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.grouter.testing.Configs;
import io.grouter.testing.Seed;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several nodes over real JGroups channels on the loopback address. */
@Timeout(90)
class GossipIT {
    private static final RouteUri APP = RouteUri.parse("app.test");
    private static final Duration CAP = Duration.ofSeconds(20);

    private final List<Member> members = new ArrayList<>();

    /** A node without NATS, GoRouters and listeners. */
    private static final class Member implements AutoCloseable {
        final SiteId site;
        final InetSocketAddress wan;
        final PrometheusRegistry metrics = new PrometheusRegistry();
        final RibThread rib;
        final Gossip gossip;

        Member(String site, String name, GossipConfig config) throws IOException {
            this.site = new SiteId(site);
            this.wan = config.wan();
            RibConfig bounds = Configs.rib();
            this.rib = new RibThread(new Rib(bounds, this.site, metrics), System::nanoTime, 1000, metrics);
            this.gossip = new Gossip(
                    config,
                    this.site,
                    name,
                    rib,
                    () -> new SiteInfo("", List.of(), 80, 0, List.of(), List.of(), List.of(), SiteHealth.idle(1)),
                    new OverrideStore(System.nanoTime(), metrics),
                    System::nanoTime,
                    System::currentTimeMillis,
                    metrics);
            rib.start();
            rib.post((tables, now) -> tables.feed(FeedState.LIVE, "test", now));
            gossip.start();
        }

        void register(RouteUri uri) {
            Endpoint endpoint = Endpoint.at("10.0.0.1:1", "");
            rib.post((tables, now) -> tables.apply(new RouteChange.Register(uri, endpoint), now));
        }

        boolean knows(String other, RouteUri uri) {
            RouteEntry entry = rib.fib().get(uri);
            return entry != null && entry.from(new SiteId(other)) != null;
        }

        Freshness freshness(String other) {
            SiteView view = rib.fib().site(new SiteId(other));
            return view == null ? Freshness.GONE : view.freshness();
        }

        String metrics() throws IOException {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            PrometheusTextFormatWriter.create().write(out, metrics.scrape());
            return out.toString(StandardCharsets.UTF_8);
        }

        @Override
        public void close() {
            gossip.close();
            rib.close();
        }
    }

    @AfterEach
    void closeAll() {
        members.forEach(Member::close);
    }

    private static List<InetSocketAddress> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        List<InetSocketAddress> ports = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ServerSocket socket = new ServerSocket(0);
            sockets.add(socket);
            ports.add(InetSocketAddress.createUnresolved("127.0.0.1", socket.getLocalPort()));
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return ports;
    }

    /** Two sites of two nodes each. */
    private void start() throws IOException {
        List<InetSocketAddress> wan = freePorts(4);
        List<InetSocketAddress> local = freePorts(4);
        for (int i = 0; i < 4; i++) {
            int site = i / 2;
            members.add(new Member("dc" + (site + 1), "n" + i, config(local, wan, i)));
        }
    }

    private static GossipConfig config(List<InetSocketAddress> local, List<InetSocketAddress> wan, int i) {
        int site = i / 2;
        return new GossipConfig(
                true,
                local.get(i),
                local.subList(2 * site, 2 * site + 2),
                wan.get(i),
                List.of(),
                wan,
                false,
                "",
                List.of(),
                LinkTlsConfig.OFF,
                Duration.ofMillis(500),
                Duration.ofMillis(300),
                Duration.ofSeconds(2),
                Duration.ofSeconds(30),
                Duration.ofHours(1),
                Duration.ofSeconds(60),
                Duration.ofSeconds(1),
                8,
                4,
                10_000_000,
                500_000,
                0,
                "");
    }

    private void registerAtDc1() {
        members.get(0).register(APP);
        members.get(1).register(APP);
    }

    private void awaitKnownInDc2(RouteUri uri) {
        await("dc2 knows " + uri)
                .atMost(CAP)
                .until(() -> members.get(2).knows("dc1", uri) && members.get(3).knows("dc1", uri));
    }

    @Test
    void everyNodeLearnsAndTheStandbyTakesOver() throws Exception {
        start();
        registerAtDc1();
        awaitKnownInDc2(APP);
        await().atMost(CAP)
                .until(() -> members.get(0).freshness("dc2") == Freshness.FRESH
                        && members.get(1).freshness("dc2") == Freshness.FRESH);

        members.get(0).close();
        RouteUri later = RouteUri.parse("later.test");
        members.get(1).register(later);
        awaitKnownInDc2(later);
        await("the standby's heartbeat").atMost(CAP).until(() -> members.get(2).freshness("dc1") == Freshness.FRESH);

        members.get(1).close();
        await("dc1 is noticed to be lost")
                .atMost(CAP)
                .until(() -> members.get(2).freshness("dc1") == Freshness.SUSPECT);
        Fib kept = members.get(3).rib.fib();
        assertThat(kept.get(APP)).isNotNull();
    }

    @Test
    void aNodeThatStartsKnowsWhenItHasHeardTheSitesInReach() throws Exception {
        List<InetSocketAddress> wan = freePorts(4);
        List<InetSocketAddress> local = freePorts(4);
        for (int i = 0; i < 3; i++) {
            members.add(new Member("dc" + (i / 2 + 1), "n" + i, config(local, wan, i)));
        }
        registerAtDc1();
        await("the other node knows").atMost(CAP).until(() -> members.get(2).knows("dc1", APP));

        Member last = new Member("dc2", "n3", config(local, wan, 3));
        members.add(last);
        await("it has heard them")
                .atMost(CAP)
                .until(() -> last.metrics().contains("grouter_gossip_sites_in_reach 1.0")
                        && last.gossip.awaitSitesInReach());
        assertThat(last.knows("dc1", APP)).as("then it knows their routes").isTrue();
        assertThat(last.freshness("dc1")).isEqualTo(Freshness.FRESH);
    }

    @Test
    void rubbishOnTheGossipPortHarmsNobody() throws Exception {
        start();
        registerAtDc1();
        awaitKnownInDc2(APP);
        byte[] rubbish = new byte[100_000];
        Seed.random("GossipIT.rubbishOnTheGossipPortHarmsNobody").nextBytes(rubbish);
        int turnedAway = 0;
        for (int i = 0; i < 20; i++) {
            try (Socket socket = new Socket("127.0.0.1", members.get(2).wan.getPort())) {
                socket.getOutputStream().write(rubbish);
            } catch (IOException e) {
                turnedAway++; // while it was still writing
            }
        }
        System.out.println("turned away while writing: " + turnedAway + " of 20");
        RouteUri later = RouteUri.parse("later.test");
        members.get(0).register(later);
        members.get(1).register(later);
        awaitKnownInDc2(later);
        assertThat(members.get(2).metrics())
                .containsPattern("grouter_link_rejected_total\\{reason=\"not-a-peer\"} [1-9]");
    }
}
