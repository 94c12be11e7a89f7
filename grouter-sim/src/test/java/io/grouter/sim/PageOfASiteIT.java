package io.grouter.sim;

import static io.grouter.testing.BrowserPage.quoted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.grouter.testing.Accessibility;
import io.grouter.testing.BrowserPage;
import io.grouter.testing.Programs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The web page of a real node, with two more sites behind it. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PageOfASiteIT {
    private static final String HELLO = "hello.apps.localhost";

    @TempDir
    private static Path folder;

    private final SimOptions options = new SimOptions(3, 1, 2, 27_000, Duration.ofSeconds(1), null);
    private Simulation world;
    private BrowserPage page;

    @BeforeAll
    void start() throws IOException {
        String program = Programs.find("chromium", "chromium");
        assumeThat(program).as("chromium on the PATH").isNotNull();
        page = new BrowserPage(Objects.requireNonNull(program), folder);
        world = new Simulation(options, site -> (fib, ownChanges, events) -> {});
        world.start();
        assertThat(Simulation.await(30_000, world::converged))
                .as("all sites know each other's routes")
                .isTrue();
    }

    @AfterAll
    void stop() {
        page.close();
        world.close();
    }

    @BeforeEach
    void look() {
        page.size(1280, 900);
        page.systemColours("light");
        open("");
    }

    @AfterEach
    void nothingWasWrong() {
        assertThat(page.complaints()).isEmpty();
    }

    private void open(String view) {
        page.open("http://127.0.0.1:" + options.adminPort(1, 1) + "/#/" + view);
        page.awaitText(".top .brand", "dc1");
        page.awaitText(".live", "live");
    }

    @Test
    void everyViewIsFilledByARealNode() {
        page.awaitText("main", "All is well: 2 other sites are fresh");
        page.awaitText(".tile.forwarded .value", "/s");
        page.awaitText("section[data-site=dc2]", "table equal");
        for (String[] each : new String[][] {
            {"routes", "#routes tbody", HELLO},
            {"routes/" + HELLO, ".verdict", "forward to dc1"},
            {"explain?url=http://billing.apps.localhost/", "tr.winner", "learned"},
            {"explain?name=" + HELLO, ".verdict", "dc1"},
            {"journal", "main table", "route-added"},
            {"surroundings", "main", "of 1, connected "},
            {"surroundings", "[aria-label=Nodes]", "this node"},
            {"orders", "main", "No orders are in effect"}
        }) {
            open(each[0]);
            page.awaitText(each[1], each[2]);
            assertThat(Accessibility.complaints(page)).as(each[0]).isEmpty();
        }
    }

    @Test
    void anAppThatIsPushedAppearsWhileOneLooks() throws IOException {
        open("routes?q=late");
        page.awaitText("main .status", "No route fits");
        Deployment late = new Deployment("late", "late.apps.localhost", Set.of(2), 1);
        world.push(late);
        page.awaitText("#routes tbody", "late.apps.localhost");
        page.click("#routes tbody a");
        page.awaitText(".verdict", "redirect to dc2");
        world.delete(late);
    }

    @Test
    void aRouteIsDrainedAndFoundThereByAllWhoAsk() throws IOException {
        open("routes/" + HELLO);
        page.awaitText(".verdict", "forward to dc1");
        page.click(".verdict .buttons button");
        page.awaitTrue("document.activeElement.name === 'route' && document.activeElement.value === " + quoted(HELLO));
        page.press("Tab");
        page.type("ann");
        page.press("Tab");
        page.type("database of dc1 is slow");
        page.press("Enter");
        page.awaitText("#order .dry", "1 of 1 route would move");
        page.awaitText(".verdict", "forward to dc1");
        page.click("#give");
        page.awaitText(".verdict", "Drained by ann");
        page.awaitText(".verdict", "redirect to");
        assertThat(HttpProbe.get(options.proxyPort(1, 1), HELLO, "/").header("X-Grouter-Reason"))
                .isEqualTo("drained-route");
        page.click(".verdict .notice button");
        page.click("#dry");
        page.awaitText("#order .dry", "would move");
        page.click("#give");
        page.awaitText(".verdict", "forward to dc1");
        assertThat(HttpProbe.get(options.proxyPort(1, 1), HELLO, "/").header("X-Grouter-Reason"))
                .isEqualTo("local");
    }

    @Test
    void whatUsersDoShowsAtOnce() throws IOException {
        page.awaitText(".tile.forwarded .value", "/s");
        await(() -> {
            for (int i = 0; i < 20; i++) {
                HttpProbe.get(options.proxyPort(1, 1), HELLO, "/");
                HttpProbe.get(options.proxyPort(1, 1), "billing.apps.localhost", "/");
            }
            return page.value("['forwarded', 'redirected'].every((each) =>"
                            + " parseFloat(document.querySelector(`.tile.${each} .value`).innerText) > 0)")
                    .asBoolean(false);
        });
        page.awaitTrue("document.querySelector('.ways .flow')");
    }

    @Test
    void aFeedThatIsLostIsAnAlarmUntilItIsBack() throws IOException {
        world.site(1).nats().close();
        page.awaitText(".alarms", "NATS feed lost");
        page.awaitText("section[data-site=dc1]", "lost");
        world.site(1).nats().start();
        page.awaitText("main", "All is well");
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Condition condition) throws IOException {
        long end = System.nanoTime() + 30_000_000_000L;
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
        }
    }
}
