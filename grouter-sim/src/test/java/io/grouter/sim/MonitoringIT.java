package io.grouter.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Metrics, alerts and dashboard against whole sites with traffic, read by a real Prometheus; first sound, then not. */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MonitoringIT {
    private static final int BASE_PORT = 25_000;
    private static final long PATIENCE = 60_000;
    private static final Pattern METRIC = Pattern.compile("\\b(?:grouter|jvm|process)_[a-z0-9_]+");
    /** What is counted in the plain; everything else is in a base unit. */
    private static final Set<String> UNITS = Set.of("seconds", "bytes", "ratio", "total", "info");

    /** Gauges of things that are counted have the thing as their name. */
    private static final Set<String> MEASURES = Set.of(
            "age", "time", "duration", "delay", "latency", "millis", "ms", "percent", "permille", "size", "kb", "mb");

    private final SimOptions options =
            new SimOptions(2, 1, 2, BASE_PORT, Duration.ofSeconds(2), Brokers.program(), false, true);
    private Simulation world;
    private Prometheus prometheus;
    private Map<String, Alerts.Alert> alerts;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        String program = program("prometheus");
        alerts = Alerts.read();
        world = new Simulation(options, site -> (fib, ownChanges, events) -> {});
        world.start();
        assertThat(Simulation.await(PATIENCE, world::converged))
                .as("all sites know each other's routes")
                .isTrue();
        prometheus = new Prometheus(program, folder, options.adminPort(1, 1), options.adminPort(2, 1));
        for (int i = 0; i < 20; i++) {
            ask("hello.apps.localhost");
            ask("billing.apps.localhost");
            ask("nobody.apps.localhost");
        }
        assertThat(Simulation.await(PATIENCE, () -> holds("GrouterCertificateEndsSoon")))
                .as("Prometheus reads both nodes; the simulator's certificates last a day")
                .isTrue();
    }

    private static String program(String name) {
        String found = Prometheus.find(name);
        return found != null ? found : Assumptions.abort("no " + name + " on the PATH");
    }

    @AfterAll
    void stop() throws Exception {
        if (prometheus != null) {
            prometheus.close();
        }
        if (world != null) {
            world.close();
        }
    }

    private int ask(String host) throws IOException {
        return HttpProbe.get(options.proxyPort(1, 1), host, "/").status();
    }

    private String metrics() throws IOException {
        return HttpProbe.get(options.adminPort(1, 1), "127.0.0.1", "/metrics").body();
    }

    private String expression(String alert) {
        return Objects.requireNonNull(alerts.get(alert), alert).expression();
    }

    private boolean holds(String alert) {
        List<String> series = prometheus.query(expression(alert));
        return series != null && !series.isEmpty();
    }

    private void becomesTrue(String... names) {
        for (String name : names) {
            assertThat(Simulation.await(PATIENCE, () -> holds(name)))
                    .as(name + ": " + expression(name))
                    .isTrue();
        }
    }

    @Test
    @Order(1)
    void nothingIsAlarmingWhileAllIsWell() {
        for (Alerts.Alert alert : alerts.values()) {
            if (!alert.name().equals("GrouterCertificateEndsSoon")) {
                assertThat(prometheus.query(alert.expression()))
                        .as(alert.name())
                        .isEmpty();
            }
        }
    }

    @Test
    @Order(2)
    void everyMetricHasHelpABaseUnitAndFewSeries() throws IOException {
        List<String> lines = metrics().lines().toList();
        Set<String> names = new TreeSet<>();
        for (String line : lines) {
            if (line.startsWith("# HELP ")) {
                String[] words = line.substring("# HELP ".length()).split(" ", 2);
                assertThat(words).as(line).hasSize(2);
                assertThat(words[1]).as(line).isNotBlank();
                names.add(words[0]);
            }
        }
        assertThat(names)
                .hasSizeGreaterThan(100)
                .allSatisfy(name -> assertThat(name).matches(METRIC));
        for (String line : lines) {
            if (line.startsWith("# TYPE grouter_")) {
                String[] words = line.split(" ", -1);
                isWellNamed(words[2], words[3]);
            }
        }
        assertThat(lines.stream().filter(line -> !line.startsWith("#")))
                .as("series of a node that knows two sites")
                .hasSizeLessThan(1_000);
    }

    private static void isWellNamed(String name, String type) {
        String last = name.substring(name.lastIndexOf('_') + 1);
        switch (type) {
            case "counter" -> assertThat(name).endsWith("_total");
            case "histogram" -> assertThat(last).as(name).isIn("seconds", "bytes");
            default ->
                assertThat(UNITS.contains(last)
                                || Arrays.stream(name.split("_", -1)).noneMatch(MEASURES::contains))
                        .as(name + " is in a base unit, or counts things")
                        .isTrue();
        }
    }

    @Test
    @Order(3)
    void hostsThatNobodyKnowsMakeNoSeries() throws IOException {
        long before = metrics().lines().count();
        for (int i = 0; i < 50; i++) {
            HttpProbe.get(options.proxyPort(1, 1), "made-up-" + i + ".example", "/made-up-" + i + "?x=" + i);
        }
        assertThat(metrics()).doesNotContain("made-up");
        assertThat(metrics().lines().count() - before).isLessThan(10);
    }

    @Test
    @Order(4)
    void theAgeOfNewsIsMeasured() throws IOException {
        String count = "grouter_gossip_lag_seconds_count{site=\"dc2\"}";
        double before = value(count);
        world.push(new Deployment("late", "late.apps.localhost", Set.of(2), 1));
        assertThat(Simulation.await(PATIENCE, () -> value(count) > before)).isTrue();
        assertThat(value("grouter_gossip_lag_seconds_bucket{site=\"dc2\",le=\"5.0\"}"))
                .isPositive();
    }

    private double value(String series) {
        try {
            return metrics()
                    .lines()
                    .filter(line -> line.startsWith(series + " "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return -1;
        }
    }

    @Test
    @Order(5)
    void theDashboardAsksForMetricsThatAreThere() throws IOException {
        JsonNode dashboard =
                JsonMapper.builder().build().readTree(Files.readString(Alerts.DOCS.resolve("grafana-dashboard.json")));
        Set<String> there = new TreeSet<>(prometheus.names());
        List<String> queries = new ArrayList<>();
        dashboard.findValues("expr").forEach(each -> queries.add(each.asString()));
        assertThat(queries).hasSizeGreaterThan(50);
        for (String query : queries) {
            for (Matcher name = METRIC.matcher(query); name.find(); ) {
                // Counted only when another site has sent a request.
                if (!name.group().equals("grouter_relay_incoming_requests_total")) {
                    assertThat(there).as(query).contains(name.group());
                }
            }
            String now = query.replace("$__rate_interval", "1m")
                    .replace("$node", ".*")
                    .replace("$site", ".*");
            assertThat(prometheus.query(now)).as(query).isNotNull();
        }
    }

    @Test
    @Order(6)
    void theTableOfMetricsIsWhole() throws IOException {
        String page = Files.readString(Alerts.DOCS.resolve("monitoring.md"));
        metrics()
                .lines()
                .filter(line -> line.startsWith("# TYPE grouter_"))
                .map(line -> line.split(" ", -1)[2])
                .forEach(name -> assertThat(page).contains("`" + name));
    }

    @Test
    @Order(7)
    void rulesAreTriedWithPromtool() throws Exception {
        Process process = new ProcessBuilder(
                        program("promtool"),
                        "test",
                        "rules",
                        Alerts.DOCS.resolve("alerts.test.yaml").toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
    }

    @Test
    @Order(8)
    void anOverrideNearItsEnd() throws IOException {
        String order =
                "{\"route\": \"hello.apps.localhost\", \"who\": \"a test\", \"why\": \"to see\", \"for\": \"10m\"}";
        assertThat(HttpProbe.send("POST", options.adminPort(1, 1), "/v1/drain", order)
                        .status())
                .isLessThan(300);
        becomesTrue("GrouterOverrideEndsSoon");
    }

    @Test
    @Order(9)
    void natsIsLost() {
        world.site(1).nats().close();
        becomesTrue("GrouterFeedLost", "GrouterFeedLostEverywhere");
    }

    @Test
    @Order(10)
    void oneGoRouterAndThenAll() throws IOException {
        world.site(1).goRouter(1).close();
        becomesTrue("GrouterGoRouterEjected");
        world.site(1).goRouter(2).close();
        becomesTrue("GrouterAllGoRoutersDown", "GrouterNodeNotReady");
        assertThat(Simulation.await(PATIENCE, () -> {
                    try {
                        ask("nobody.apps.localhost");
                        return holds("GrouterRequestsFail");
                    } catch (IOException e) {
                        return false;
                    }
                }))
                .as("requests fail")
                .isTrue();
    }

    @Test
    @Order(11)
    void theStateFileCannotBeWritten() throws IOException {
        Path file = world.site(1).stateFile(1);
        Files.deleteIfExists(file);
        Files.createDirectories(file.resolve("in-the-way"));
        becomesTrue("GrouterStateNotWritten");
    }

    @Test
    @Order(12)
    void aSiteIsGone() throws IOException {
        world.site(2).node(1).kill();
        becomesTrue("GrouterSiteSuspect", "GrouterNodeDown", "GrouterSiteSilent");
    }
}
