package io.grouter.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
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
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

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

    @TempDir
    private static Path folder;

    private static ProcessSites sites;
    private static SteadyLoad load;
    private static final List<Row> table = new ArrayList<>();

    private Row row;

    @BeforeAll
    static void start() throws IOException {
        long begin = System.nanoTime();
        sites = new ProcessSites(folder);
        sites.start();
        awaitEqual(START_MILLIS);
        load = new SteadyLoad("FailureModesIT");
        load.pass(3);
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
        row = load.next(test.getDisplayName());
        load.pass(1);
    }

    /** Everything that was lost comes back under the same load, until all nodes know everything again. */
    @AfterEach
    void end() throws IOException {
        sites.mend();
        awaitEqual(EQUAL_MILLIS);
        load.pass(1);
        load.next("between");
        row.finish();
        table.add(row);
        row.check();
    }

    private static void awaitEqual(long millis) {
        long begin = System.nanoTime();
        if (!Simulation.await(millis, () -> ProcessSites.unequal().isEmpty())) {
            throw new AssertionError("not all nodes know everything again: " + ProcessSites.unequal());
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

    private static void awaitFeed(int site, int node, String state) {
        await(
                "dc" + site + "-" + node + " says that its feed is " + state,
                () -> ProcessSites.view(site, node, site)
                        .path("feed")
                        .asString("")
                        .equals(state));
    }

    private static void awaitSilence(int site, int node, int of) {
        await(
                "dc" + site + "-" + node + " says that dc" + of + " is silent",
                () -> ProcessSites.view(site, node, of)
                        .path("freshness")
                        .asString("")
                        .equals("SUSPECT"));
    }

    /** Returns whether the node that speaks for a site hears another one through a third. */
    private static boolean hearsThrough(int site, int of, int third) throws IOException {
        for (int node = 1; node <= ProcessSites.NODES; node++) {
            if (ProcessSites.view(site, node, of)
                    .path("heardThrough")
                    .asString("")
                    .equals("dc" + third)) {
                return true;
            }
        }
        return false;
    }

    private static void awaitUnfit(int site, int node, int of) {
        await("dc" + site + "-" + node + " says that dc" + of + " takes no requests", () -> {
            var view = ProcessSites.view(site, node, of);
            return view.has("fit") && !view.path("fit").asBoolean();
        });
    }

    private static void awaitNotReady(int site, int node) {
        await(
                "dc" + site + "-" + node + " says that it is not ready",
                () -> ProcessSites.ask(site, node, "/ready").status() == 503);
    }

    private static void awaitReady(int site, int node) {
        await(
                "dc" + site + "-" + node + " says that it is ready",
                () -> ProcessSites.ask(site, node, "/ready").status() == 200);
    }

    // ---- losing and getting back

    /** A node that is away answers neither requests, which go to the other node, nor its API. */
    private void isAway(int site, int node) {
        row.mayEnd(Column.API, visitor -> visitor.site == site && visitor.node == node, "no answer", "slow");
    }

    private void kill(int site, int node) {
        isAway(site, node);
        row.cutOffsAllowed();
        sites.node(site, node).kill();
    }

    private void killGoRouters(int site) {
        for (int goRouter = 1; goRouter <= ProcessSites.GO_ROUTERS; goRouter++) {
            sites.goRouter(site, goRouter).kill();
        }
    }

    /** What nobody else has cannot be served without the site's GoRouters. */
    private void hasNoGoRouters(int site) {
        for (Column column : List.of(Column.LOCAL, Column.ALIAS, Column.UNKNOWN)) {
            row.mayEnd(column, site, "503", "502");
        }
        row.mayEnd(Column.REMOTE, before(site), "503", "502", "404");
    }

    /** What nobody else has is gone with its site. */
    private void isGone(int site) {
        row.mayEnd(Column.LOCAL, site, "refused by dc" + site, "503", "502", "404");
        row.mayEnd(Column.ALIAS, site, "refused by dc" + site);
        row.mayEnd(Column.REMOTE, before(site), "refused by dc" + site, "503", "502", "404");
        row.mayEnd(Column.API, site, "no answer", "slow");
    }

    /** Returns the site whose clients ask for the app that runs in a site alone. */
    private static int before(int site) {
        return (site + ProcessSites.SITES - 2) % ProcessSites.SITES + 1;
    }

    private void killSite(int site) {
        isGone(site);
        row.cutOffsAllowed();
        for (int node = 1; node <= ProcessSites.NODES; node++) {
            sites.node(site, node).kill();
        }
        killGoRouters(site);
    }

    private static void cutAllLinks() {
        sites.links.cut(1, 2);
        sites.links.cut(1, 3);
        sites.links.cut(2, 3);
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
        sites.nats(1).close();
        awaitFeed(1, 1, "LOST");
        awaitFeed(1, 2, "LOST");
        load.pass(LONGER_THAN_AN_ENDPOINT_LIVES);
        assertThat(ProcessSites.view(1, 1, 1).path("routes").asInt())
                .as("its table is frozen")
                .isEqualTo(2);
        assertThat(ProcessSites.ask(1, 1, "/ready").status()).isEqualTo(200);
    }

    @Test
    @Order(2)
    void sibling() throws IOException {
        isAway(2, 2);
        assertThat(sites.node(2, 2).end()).as("exit code").isZero();
        await("it is alone", () -> ProcessSites.ask(2, 1, "/metrics").body().contains("grouter_gossip_siblings 0.0"));
        load.pass(5);
    }

    @Test
    @Order(3)
    void peerLink() {
        sites.links.cut(1, 2);
        await("dc1 hears dc2 through dc3", () -> hearsThrough(1, 2, 3));
        await("dc2 hears dc1 through dc3", () -> hearsThrough(2, 1, 3));
        load.pass(5);
    }

    @Test
    @Order(4)
    void allPeers() {
        cutAllLinks();
        awaitAllSilent(1, 2, 3);
        load.pass(10);
    }

    @Test
    @Order(5)
    void goRouter() throws IOException {
        sites.goRouter(3, 1).kill();
        await(
                "dc3 misses one of two",
                () -> ProcessSites.ready(3, 1).path("healthyGoRouters").asInt() == 1);
        load.pass(5);
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
        load.pass(5);
    }

    @Test
    @Order(7)
    void stateFile() throws IOException {
        Path file = sites.stateFile(2, 1);
        isAway(2, 1);
        sites.node(2, 1).end();
        Files.delete(file);
        sites.startNode(2, 1);
        awaitFeed(2, 1, "LIVE");
        load.pass(3);
        sites.node(2, 1).end();
        Files.writeString(file, "not the file it was", StandardCharsets.UTF_8);
        sites.startNode(2, 1);
        awaitFeed(2, 1, "LIVE");
        load.pass(3);
        assertThat(sites.logOf(2, 1)).contains(file + " is ignored: it does not begin with");
    }

    @Test
    @Order(8)
    void dns() throws IOException {
        isAway(3, 2);
        sites.node(3, 2).end();
        sites.startNode(3, 2, false);
        awaitReady(3, 2);
        assertThat(dnsAnswer(3, 2)).isEqualTo("none");
        assertThat(dnsAnswer(3, 1)).as("the other node's").isEqualTo("192.0.2.3");
        load.pass(5);
        sites.node(3, 2).end();
        sites.startNode(3, 2);
        awaitReady(3, 2);
        await("DNS answers again", () -> dnsAnswer(3, 2).equals("192.0.2.3"));
    }

    private static String dnsAnswer(int site, int node) throws TextParseException {
        SimpleResolver resolver = new SimpleResolver(ProcessSites.dns(site, node));
        resolver.setTimeout(Duration.ofSeconds(1));
        Name name = Name.fromString(ProcessSites.only(site).host() + ".");
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
        sites.node(1, 1).freeze();
        long until = System.nanoTime() + FREEZE.toNanos();
        assertThat(Simulation.await(2 * FREEZE.toMillis(), () -> System.nanoTime() - until > 0))
                .isTrue();
        sites.node(1, 1).thaw();
        load.pass(5);
    }

    @Test
    @Order(10)
    void node() throws IOException {
        kill(2, 1);
        load.pass(5);
    }

    @Test
    @Order(11)
    void site() throws IOException {
        killSite(3);
        awaitSilence(1, 1, 3);
        awaitSilence(2, 2, 3);
        load.pass(5);
    }

    @Test
    @Order(12)
    void natsAndAllPeers() throws IOException {
        sites.nats(1).close();
        cutAllLinks();
        awaitFeed(1, 1, "LOST");
        awaitAllSilent(1, 2, 3);
        load.pass(5);
    }

    @Test
    @Order(13)
    void natsAndStateFile() throws IOException {
        isAway(2, 1);
        sites.nats(2).close();
        awaitFeed(2, 2, "LOST");
        sites.node(2, 1).end();
        Files.delete(sites.stateFile(2, 1));
        sites.startNode(2, 1);
        awaitReady(2, 1);
        assertThat(ProcessSites.view(2, 1, 2).path("feed").asString("")).isNotEqualTo("LIVE");
        load.pass(8);
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
        load.pass(5);
    }

    @Test
    @Order(15)
    void natsAndAllGoRouters() throws IOException {
        hasNoGoRouters(2);
        sites.nats(2).close();
        killGoRouters(2);
        awaitFeed(2, 1, "LOST");
        awaitNotReady(2, 1);
        awaitNotReady(2, 2);
        load.pass(5);
    }

    @Test
    @Order(16)
    void nodeAndNats() throws IOException {
        sites.nats(3).close();
        kill(3, 1);
        awaitFeed(3, 2, "LOST");
        load.pass(5);
        sites.startNode(3, 1);
        awaitReady(3, 1);
        load.pass(3);
    }

    @Test
    @Order(17)
    void siteAndPeerLink() throws IOException {
        killSite(3);
        sites.links.cut(1, 2);
        awaitSilence(1, 1, 3);
        awaitSilence(1, 1, 2);
        awaitSilence(2, 1, 1);
        load.pass(5);
    }
}
