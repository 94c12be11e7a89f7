package io.grouter.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.sim.scenario.LoadPlan;
import io.grouter.sim.scenario.RequestClass;
import io.grouter.testing.Seed;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import tools.jackson.databind.JsonNode;

/**
 * The table of {@code docs/failure-modes.md}: each method is a row of it, and loses something, and gets it back, while
 * clients ask every node of every site for everything in its columns.
 */
@Timeout(150)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FailureModesIT {
    private static final long NOTICED_MILLIS = 20_000;
    private static final long START_MILLIS = 120_000;
    private static final long EQUAL_MILLIS = 45_000;
    private static final Duration FREEZE = Duration.ofSeconds(5);
    /** Times a client asks within the lifetime of an endpoint, and some more. */
    private static final int LONGER_THAN_AN_ENDPOINT_LIVES = 25;

    private static final SimOptions OPTIONS =
            new SimOptions(3, 2, 2, 27_000, Duration.ofMillis(1_500), Brokers.program(), true, true);
    private static final Duration PAUSE = Duration.ofMillis(400);
    private static final long PASS_MILLIS = 40_000;
    /** What becomes of requests while nothing is tried. */
    private static final Ledger NOBODY = new Row("between");

    private static Simulation sites;
    private static SteadyLoad load;
    private static final List<Row> table = new ArrayList<>();

    private Row row;

    @BeforeAll
    static void start() throws IOException {
        long begin = System.nanoTime();
        sites = new Simulation(OPTIONS, site -> (fib, ownChanges, events) -> {});
        sites.start(Deployment.forLoad(OPTIONS.sites()));
        awaitEqual(START_MILLIS);
        LoadPlan everything = new LoadPlan(List.of(RequestClass.values()), PAUSE);
        load = new SteadyLoad(OPTIONS, everything, Seed.random("FailureModesIT"), NOBODY);
        pass(3);
        System.out.printf("three sites are ready after %.1f s%n", (System.nanoTime() - begin) / 1e9);
    }

    @AfterAll
    static void stop() {
        if (load != null) {
            load.close();
        }
        sites.close();
        System.out.println("requests/failures of every cell, and what else than usual came out:");
        table.forEach(System.out::println);
    }

    @BeforeEach
    void begin(TestInfo test) {
        row = new Row(test.getDisplayName());
        load.tell(row);
        pass(1);
    }

    /** Everything that was lost comes back under the same load, until all nodes know everything again. */
    @AfterEach
    void end() throws IOException {
        mend();
        awaitEqual(EQUAL_MILLIS);
        pass(1);
        load.tell(NOBODY);
        row.finish();
        table.add(row);
        row.check();
    }

    /** Waits until every client has asked so many times more. */
    private static void pass(int times) {
        assertThat(load.pass(times, PASS_MILLIS))
                .as("every client gets %s answers", times)
                .isTrue();
    }

    /** Starts what does not run, and mends all links. */
    private static void mend() throws IOException {
        sites.links().mend();
        for (SimSite site : sites.sites()) {
            if (Sockets.isFree(OPTIONS.natsPort(site.number()))) {
                site.nats().start();
            }
            for (int goRouter = 1; goRouter <= OPTIONS.goRouters(); goRouter++) {
                site.goRouter(goRouter).start();
            }
            for (int node = 1; node <= OPTIONS.nodes(); node++) {
                site.startNode(node);
            }
        }
    }

    private static void awaitEqual(long millis) {
        long begin = System.nanoTime();
        if (!Simulation.await(millis, sites::converged)) {
            throw new AssertionError(
                    "not all nodes know everything again: " + sites.unequal() + "; " + sites.impaired());
        }
        System.out.printf("equal again after %.1f s%n", (System.nanoTime() - begin) / 1e9);
    }

    private interface Asked {
        boolean holds() throws IOException;
    }

    private static void await(String what, Asked condition) {
        long begin = System.nanoTime();
        boolean held = Simulation.await(NOTICED_MILLIS, () -> {
            try {
                return condition.holds();
            } catch (IOException e) {
                return false;
            }
        });
        assertThat(held).as(what).isTrue();
        System.out.printf("after %.1f s: %s%n", (System.nanoTime() - begin) / 1e9, what);
    }

    // ---- what nodes say

    private static NodeApi api(int site, int node) {
        return sites.site(site).api(node);
    }

    private static ProcessNode node(int site, int node) {
        return (ProcessNode) sites.site(site).node(node);
    }

    private static JsonNode view(int site, int node, int of) throws IOException {
        return api(site, node).view("dc" + of);
    }

    private static void awaitFeed(int site, int node, String state) {
        await(
                "dc" + site + "-" + node + " says that its feed is " + state,
                () -> view(site, node, site).path("feed").asString("").equals(state));
    }

    private static void awaitSilence(int site, int node, int of) {
        await(
                "dc" + site + "-" + node + " says that dc" + of + " is silent",
                () -> view(site, node, of).path("freshness").asString("").equals("SUSPECT"));
    }

    /** Returns whether the node that speaks for a site hears another one through a third. */
    private static boolean hearsThrough(int site, int of, int third) throws IOException {
        for (int node = 1; node <= OPTIONS.nodes(); node++) {
            if (view(site, node, of).path("heardThrough").asString("").equals("dc" + third)) {
                return true;
            }
        }
        return false;
    }

    private static void awaitUnfit(int site, int node, int of) {
        await("dc" + site + "-" + node + " says that dc" + of + " takes no requests", () -> {
            var view = view(site, node, of);
            return view.has("fit") && !view.path("fit").asBoolean();
        });
    }

    private static void awaitNotReady(int site, int node) {
        await(
                "dc" + site + "-" + node + " says that it is not ready",
                () -> api(site, node).ask("/ready").status() == 503);
    }

    private static void awaitReady(int site, int node) {
        await(
                "dc" + site + "-" + node + " says that it is ready",
                () -> api(site, node).ask("/ready").status() == 200);
    }

    // ---- losing and getting back

    /** A node that is away answers neither requests, which go to the other node, nor its API. */
    private void isAway(int site, int node) {
        row.mayEnd(RequestClass.API, visit -> visit.site() == site && visit.node() == node, "no answer", "slow");
    }

    private void kill(int site, int node) {
        isAway(site, node);
        row.cutOffsAllowed();
        node(site, node).kill();
    }

    private void killGoRouters(int site) {
        for (int goRouter = 1; goRouter <= OPTIONS.goRouters(); goRouter++) {
            sites.site(site).goRouter(goRouter).close();
        }
    }

    /** What nobody else has cannot be served without the site's GoRouters. */
    private void hasNoGoRouters(int site) {
        for (RequestClass column : List.of(RequestClass.LOCAL, RequestClass.ALIAS, RequestClass.UNKNOWN)) {
            row.mayEnd(column, site, "503", "502");
        }
        row.mayEnd(RequestClass.REMOTE, before(site), "503", "502", "404");
    }

    /** What nobody else has is gone with its site. */
    private void isGone(int site) {
        row.mayEnd(RequestClass.LOCAL, site, "refused by dc" + site, "503", "502", "404");
        row.mayEnd(RequestClass.ALIAS, site, "refused by dc" + site);
        row.mayEnd(RequestClass.REMOTE, before(site), "refused by dc" + site, "503", "502", "404");
        row.mayEnd(RequestClass.API, site, "no answer", "slow");
    }

    /** Returns the site whose clients ask for the app that runs in a site alone. */
    private static int before(int site) {
        return (site + OPTIONS.sites() - 2) % OPTIONS.sites() + 1;
    }

    private void killSite(int site) {
        isGone(site);
        row.cutOffsAllowed();
        for (int node = 1; node <= OPTIONS.nodes(); node++) {
            node(site, node).kill();
        }
        killGoRouters(site);
    }

    private static void cutAllLinks() {
        sites.links().cut(1, 2);
        sites.links().cut(1, 3);
        sites.links().cut(2, 3);
    }

    private static void awaitAllSilent(int... of) {
        for (int site : of) {
            for (int other : of) {
                if (site != other) {
                    awaitSilence(site, 1, other);
                    awaitSilence(site, 2, other);
                }
            }
        }
    }

    // ---- the rows

    @Test
    @Order(1)
    void nats() throws IOException {
        sites.site(1).nats().close();
        awaitFeed(1, 1, "LOST");
        awaitFeed(1, 2, "LOST");
        pass(LONGER_THAN_AN_ENDPOINT_LIVES);
        assertThat(view(1, 1, 1).path("routes").asInt())
                .as("its table is frozen")
                .isEqualTo(2);
        assertThat(api(1, 1).ask("/ready").status()).isEqualTo(200);
    }

    @Test
    @Order(2)
    void sibling() throws IOException {
        isAway(2, 2);
        assertThat(node(2, 2).end()).as("exit code").isZero();
        await("it is alone", () -> api(2, 1).ask("/metrics").body().contains("grouter_gossip_siblings 0.0"));
        pass(5);
    }

    @Test
    @Order(3)
    void peerLink() {
        sites.links().cut(1, 2);
        await("dc1 hears dc2 through dc3", () -> hearsThrough(1, 2, 3));
        await("dc2 hears dc1 through dc3", () -> hearsThrough(2, 1, 3));
        pass(5);
    }

    @Test
    @Order(4)
    void allPeers() {
        cutAllLinks();
        awaitAllSilent(1, 2, 3);
        pass(10);
    }

    @Test
    @Order(5)
    void goRouter() throws IOException {
        sites.site(3).goRouter(1).close();
        await(
                "dc3 misses one of two",
                () -> api(3, 1).ready().path("healthyGoRouters").asInt() == 1);
        pass(5);
    }

    @Test
    @Order(6)
    void allGoRouters() throws IOException {
        hasNoGoRouters(1);
        killGoRouters(1);
        awaitNotReady(1, 1);
        awaitNotReady(1, 2);
        awaitUnfit(2, 1, 1);
        awaitUnfit(3, 2, 1);
        pass(5);
    }

    @Test
    @Order(7)
    void stateFile() throws IOException {
        Path file = sites.site(2).stateFile(1);
        isAway(2, 1);
        node(2, 1).end();
        Files.delete(file);
        sites.site(2).startNode(1);
        awaitFeed(2, 1, "LIVE");
        pass(3);
        node(2, 1).end();
        Files.writeString(file, "not the file it was", StandardCharsets.UTF_8);
        sites.site(2).startNode(1);
        awaitFeed(2, 1, "LIVE");
        pass(3);
        assertThat(node(2, 1).said()).contains(file + " is ignored: it does not begin with");
    }

    @Test
    @Order(8)
    void dns() throws IOException {
        isAway(3, 2);
        node(3, 2).end();
        sites.site(3).startNode(2, false);
        awaitReady(3, 2);
        assertThat(dnsAnswer(3, 2)).isEqualTo("none");
        assertThat(dnsAnswer(3, 1))
                .as("the other node's")
                .isEqualTo(sites.site(3).entryAddress());
        pass(5);
        node(3, 2).end();
        sites.site(3).startNode(2);
        awaitReady(3, 2);
        await("DNS answers again", () -> dnsAnswer(3, 2).equals(sites.site(3).entryAddress()));
    }

    private static String dnsAnswer(int site, int node) throws TextParseException {
        SimpleResolver resolver = new SimpleResolver(new InetSocketAddress("127.0.0.1", OPTIONS.dnsPort(site, node)));
        resolver.setTimeout(Duration.ofSeconds(1));
        Name name = Name.fromString(Deployment.only(site).host() + ".");
        try {
            List<Record> answer = resolver.send(Message.newQuery(Record.newRecord(name, Type.A, DClass.IN)))
                    .getSection(Section.ANSWER);
            return answer.isEmpty() ? "empty" : answer.get(0).rdataToString();
        } catch (IOException e) {
            return "none";
        }
    }

    /** The part of a clock jump that a process can see on a machine whose clock is right: time that passed without it. */
    @Test
    @Order(9)
    void clockJump() {
        isAway(1, 1);
        node(1, 1).freeze();
        long until = System.nanoTime() + FREEZE.toNanos();
        assertThat(Simulation.await(2 * FREEZE.toMillis(), () -> System.nanoTime() - until > 0))
                .isTrue();
        node(1, 1).thaw();
        pass(5);
    }

    @Test
    @Order(10)
    void node() throws IOException {
        kill(2, 1);
        pass(5);
    }

    @Test
    @Order(11)
    void site() throws IOException {
        killSite(3);
        awaitSilence(1, 1, 3);
        awaitSilence(2, 2, 3);
        pass(5);
    }

    @Test
    @Order(12)
    void natsAndAllPeers() throws IOException {
        sites.site(1).nats().close();
        cutAllLinks();
        awaitFeed(1, 1, "LOST");
        awaitAllSilent(1, 2, 3);
        pass(5);
    }

    @Test
    @Order(13)
    void natsAndStateFile() throws IOException {
        isAway(2, 1);
        sites.site(2).nats().close();
        awaitFeed(2, 2, "LOST");
        node(2, 1).end();
        Files.delete(sites.site(2).stateFile(1));
        sites.site(2).startNode(1);
        awaitReady(2, 1);
        assertThat(view(2, 1, 2).path("feed").asString("")).isNotEqualTo("LIVE");
        pass(8);
    }

    @Test
    @Order(14)
    void allGoRoutersAndAllPeers() throws IOException {
        hasNoGoRouters(1);
        cutAllLinks();
        awaitAllSilent(1, 2, 3);
        killGoRouters(1);
        awaitNotReady(1, 1);
        awaitNotReady(1, 2);
        pass(5);
    }

    @Test
    @Order(15)
    void natsAndAllGoRouters() throws IOException {
        hasNoGoRouters(2);
        sites.site(2).nats().close();
        killGoRouters(2);
        awaitFeed(2, 1, "LOST");
        awaitNotReady(2, 1);
        awaitNotReady(2, 2);
        pass(5);
    }

    @Test
    @Order(16)
    void nodeAndNats() throws IOException {
        sites.site(3).nats().close();
        kill(3, 1);
        awaitFeed(3, 2, "LOST");
        pass(5);
        sites.site(3).startNode(1);
        awaitReady(3, 1);
        pass(3);
    }

    @Test
    @Order(17)
    void siteAndPeerLink() throws IOException {
        killSite(3);
        sites.links().cut(1, 2);
        awaitSilence(1, 1, 3);
        awaitSilence(1, 1, 2);
        awaitSilence(2, 1, 1);
        pass(5);
    }
}
