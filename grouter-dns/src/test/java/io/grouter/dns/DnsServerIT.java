package io.grouter.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grouter.fib.Fib;
import io.grouter.route.Alias;
import io.grouter.route.SiteConfig;
import io.grouter.route.SiteId;
import io.grouter.steering.OwnSite;
import io.grouter.steering.Steering;
import io.grouter.testing.Configs;
import io.grouter.testing.LeakCheck;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

@Timeout(60)
class DnsServerIT {
    private final LeakCheck leaks = new LeakCheck();
    private final PrometheusRegistry metrics = new PrometheusRegistry();
    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final DnsServer server = server(0, metrics);
    private int port;

    private DnsServer server(int onPort, PrometheusRegistry registry) {
        SiteConfig site = new SiteConfig(
                new SiteId("dc1"), "", List.of(new Alias("apps.test", "dc1.apps.test")), 80, 0, List.of("192.0.2.1"));
        DnsConfig config = new DnsConfig(
                true,
                List.of(InetSocketAddress.createUnresolved("127.0.0.1", onPort)),
                Duration.ofSeconds(30),
                List.of(),
                2);
        Fib fib = Fib.empty(site.name());
        return new DnsServer(
                config,
                site,
                loops,
                NioDatagramChannel.class,
                NioServerSocketChannel.class,
                () -> fib,
                () -> OwnSite.idle(1),
                new Steering(site, Configs.steering(), false),
                System::nanoTime,
                registry);
    }

    @BeforeEach
    void start() throws IOException {
        server.start();
        port = server.addresses().get(0).getPort();
    }

    @AfterEach
    void stop() {
        server.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        leaks.close();
    }

    private String ask(boolean tcp) throws IOException {
        SimpleResolver resolver = new SimpleResolver(new InetSocketAddress("127.0.0.1", port));
        resolver.setTCP(tcp);
        Message answer =
                resolver.send(Message.newQuery(Record.newRecord(Name.fromString("a.apps.test."), Type.A, DClass.IN)));
        return answer.getSection(Section.ANSWER).get(0).rdataToString();
    }

    @Test
    void answersOverUdpAndTcp() throws IOException {
        assertThat(ask(false)).isEqualTo("192.0.2.1");
        assertThat(ask(true)).isEqualTo("192.0.2.1");
    }

    @Test
    void rubbishIsCountedAndHarmsNobody() throws IOException {
        byte[] rubbish = "\u0000\u0001 this is no DNS packet at all".getBytes(StandardCharsets.ISO_8859_1);
        try (DatagramSocket socket = new DatagramSocket();
                Socket tcp = new Socket("127.0.0.1", port)) {
            for (int i = 0; i < 10; i++) {
                socket.send(new DatagramPacket(rubbish, rubbish.length, InetAddress.getByName("127.0.0.1"), port));
                socket.send(new DatagramPacket(rubbish, 3, InetAddress.getByName("127.0.0.1"), port));
            }
            tcp.getOutputStream().write(new byte[] {0, 4, 1, 2, 3, 4});
            assertThat(tcp.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(ask(false)).isEqualTo("192.0.2.1");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrometheusTextFormatWriter.create().write(out, metrics.scrape());
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("grouter_dns_malformed_total{transport=\"udp\"} 20.0")
                .contains("grouter_dns_malformed_total{transport=\"tcp\"} 1.0");
    }

    @Test
    void tcpConnectionsAreBounded() throws IOException {
        try (Socket one = new Socket("127.0.0.1", port);
                Socket two = new Socket("127.0.0.1", port)) {
            assertThat(one.isConnected() && two.isConnected()).isTrue();
            try (Socket three = new Socket("127.0.0.1", port)) {
                assertThat(three.getInputStream().read()).isEqualTo(-1);
            }
        }
    }

    @Test
    void aTakenPortIsNamed() {
        try (DnsServer other = server(port, new PrometheusRegistry())) {
            assertThatThrownBy(other::start).hasMessageContaining("dns.listen: cannot listen on 127.0.0.1:" + port);
        }
    }
}
