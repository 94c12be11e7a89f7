package io.grouter.proxy;

import io.grouter.accesslog.AccessLog;
import io.grouter.accesslog.AccessLogConfig;
import io.grouter.fib.Fib;
import io.grouter.fib.LearnedOffer;
import io.grouter.fib.RouteEntry;
import io.grouter.fib.SiteView;
import io.grouter.gorouter.GoRouterConfig;
import io.grouter.gorouter.GoRouterPool;
import io.grouter.gorouter.SiteHealthMeter;
import io.grouter.route.Alias;
import io.grouter.route.FeedState;
import io.grouter.route.Freshness;
import io.grouter.route.Offer;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteConfig;
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.grouter.steering.OwnSite;
import io.grouter.steering.Steering;
import io.grouter.testing.Configs;
import io.grouter.testing.LeakCheck;
import io.grouter.testing.ProxySettings;
import io.grouter.testing.RawHttp;
import io.grouter.testing.TestBackend;
import io.grouter.tracing.Tracer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** A proxy with real sockets on both sides, one local and one remote app; buffers are watched for leaks. */
abstract class ProxyWorld {
    static final SiteId DC1 = new SiteId("dc1");
    static final SiteId DC2 = new SiteId("dc2");

    private final LeakCheck leaks = new LeakCheck();
    final BlockingQueue<String> received = new ArrayBlockingQueue<>(1000);
    private final List<AutoCloseable> open = new ArrayList<>();
    final PrometheusRegistry metrics = new PrometheusRegistry();
    final ProxySettings settings = new ProxySettings();
    boolean nio;
    String accessLogFile = "";

    @Nullable
    Tracer tracer;

    @Nullable
    private GoRouterPool pool;

    @AfterEach
    void closeAll() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
        leaks.close();
    }

    <T extends AutoCloseable> T closing(T resource) {
        open.add(resource);
        return resource;
    }

    // ---- the world: one local and one remote app, and GoRouters that do what a script says

    int start(int... goRouterPorts) throws IOException {
        return start(Duration.ofSeconds(10), goRouterPorts);
    }

    int start(Duration timeout, int... goRouterPorts) throws IOException {
        settings.timeouts(timeout);
        return startWith(Configs.goRouters(goRouterPorts)).addresses().get(0).getPort();
    }

    ProxyServer startWith(GoRouterConfig goRouters) throws IOException {
        pool = new GoRouterPool(goRouters, System::nanoTime, metrics);
        Transport transport = closing(nio ? Transport.nio(1) : Transport.best(1));
        SiteConfig site = new SiteConfig(DC1, "", List.of(new Alias("apps.test", "dc1.apps.test")), 80, 0, List.of());
        Fib fib = fib();
        ProxyServer made = closing(new ProxyServer(
                settings.build(),
                RelayConfig.OFF,
                transport,
                () -> fib,
                () -> OwnSite.idle(1),
                Decider.of(new Steering(site, Configs.steering(), false), Configs.steering()),
                pool,
                new SiteHealthMeter(pool, 0),
                other -> false,
                accessLog(),
                tracer,
                metrics));
        made.start();
        return made;
    }

    private AccessLog accessLog() throws IOException {
        return closing(AccessLog.open(
                new AccessLogConfig(accessLogFile, AccessLogConfig.Format.TEXT, 1000),
                System::currentTimeMillis,
                metrics));
    }

    GoRouterPool pool() {
        return Objects.requireNonNull(pool);
    }

    /** Returns the value of a counter or gauge, 0 when it is not there. */
    double metric(String name, String... labels) {
        return metric(metrics, name, labels);
    }

    /** Returns the value of a counter or gauge of a registry, 0 when it is not there. */
    static double metric(PrometheusRegistry of, String name, String... labels) {
        for (MetricSnapshot snapshot : of.scrape(each -> each.equals(name))) {
            for (DataPointSnapshot point : snapshot.getDataPoints()) {
                boolean fits = true;
                for (int i = 0; i < labels.length; i += 2) {
                    fits &= labels[i + 1].equals(point.getLabels().get(labels[i]));
                }
                if (fits && point instanceof CounterSnapshot.CounterDataPointSnapshot counter) {
                    return counter.getValue();
                }
                if (fits && point instanceof GaugeSnapshot.GaugeDataPointSnapshot gauge) {
                    return gauge.getValue();
                }
            }
        }
        return 0;
    }

    static Fib fib() {
        SiteInfo info = new SiteInfo(
                "",
                List.of(new Alias("apps.test", "dc2.apps.test")),
                8080,
                443,
                List.of("*.dc2.apps.test"),
                List.of(),
                List.of(),
                SiteHealth.idle(1));
        return Fib.empty(DC1)
                .next()
                .feed(FeedState.LIVE)
                .sites(List.of(new SiteView(DC2, Freshness.FRESH, info, 1, 1, 1, 1, true, 0, SiteView.Lag.NONE)))
                .put(new RouteEntry(RouteUri.parse("here.apps.test"), new Offer(1, ""), List.of()))
                .put(new RouteEntry(
                        RouteUri.parse("there.apps.test"), null, List.of(new LearnedOffer(DC2, new Offer(1, "")))))
                .build();
    }

    TestBackend backend(TestBackend.Script script) throws IOException {
        return closing(new TestBackend(script));
    }

    RawHttp connect(int port) throws IOException {
        return closing(new RawHttp(port));
    }

    /** A GoRouter that answers every request with its head as the body. */
    TestBackend echoHeads() throws IOException {
        return backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (String head = readHead(in); !head.isEmpty(); head = readHead(in)) {
                received.add(head);
                skipBody(in, head);
                String body = head.startsWith("HEAD ") ? "" : head;
                write(socket, "HTTP/1.1 200 OK\nX-Vcap-Request-Id: 1\nContent-Length: " + head.length() + "\n\n", body);
            }
        });
    }

    static void write(Socket socket, String head, String body) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write((head.replace("\n", "\r\n") + body).getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    static String readHead(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                return "";
            }
            head.write(b);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    static void skipBody(InputStream in, String head) throws IOException {
        for (String line : head.split("\r\n")) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length: ")) {
                in.skipNBytes(Long.parseLong(line.substring(16)));
            }
        }
    }

    String nextReceived() throws InterruptedException {
        String head = received.poll(10, TimeUnit.SECONDS);
        if (head == null) {
            throw new AssertionError("nothing reached the GoRouter");
        }
        return head;
    }

    static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
