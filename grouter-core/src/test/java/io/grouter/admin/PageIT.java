package io.grouter.admin;

import static io.grouter.testing.BrowserPage.quoted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.grouter.testing.Accessibility;
import io.grouter.testing.BrowserPage;
import io.grouter.testing.Programs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The web page in a real browser, before a node that says whatever the test wants. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PageIT {
    private static final String HELLO = "hello.apps.example.com";
    private static final List<String> VIEWS = List.of(
            "",
            "routes",
            "routes/" + HELLO,
            "explain?url=http://" + HELLO + "/",
            "explain?name=" + HELLO,
            "journal",
            "surroundings",
            "orders");
    /** Names that would do something if they were anything but text. */
    private static final List<String> HOSTILE = List.of(
            "<img src=x onerror=\"window.harmed=1\">.apps.example.com",
            "<script>window.harmed=2</script>.apps.example.com",
            "\"onmouseover=\"window.harmed=3\" autofocus=\".apps.example.com",
            "javascript:window.harmed=4.apps.example.com",
            "${window.harmed=5}{{window.harmed=6}}.apps.example.com",
            "</td></tr></table><h1>gone</h1>.apps.example.com",
            "evil\u202Emoc.elpmaxe.sppa.\u2066\u200B\u0000\u0007.example.com",
            "..%2f..%00%.example.com/../../v1/sites?x=1#y");

    @TempDir
    private static Path folder;

    private BrowserPage page;
    private StubNode node;

    @BeforeAll
    void startBrowser() throws IOException {
        String program = Programs.find("chromium", "chromium");
        assumeThat(program).as("chromium on the PATH").isNotNull();
        page = new BrowserPage(Objects.requireNonNull(program), folder);
    }

    @AfterAll
    void stopBrowser() {
        page.close();
    }

    @BeforeEach
    void start() throws IOException {
        node = new StubNode();
        node.routes = List.of(HELLO, "shop.apps.example.com/v2", "billing.apps.example.com");
        page.size(1280, 900);
        page.systemColours("light");
    }

    @AfterEach
    void stop() {
        page.open("about:blank");
        node.close();
        page.complaints();
    }

    private void open(String view) {
        page.open(node.url() + "#/" + view);
        page.awaitText(".top .brand", "dc1");
        page.awaitTrue("document.querySelector('main h1')");
    }

    /** What everything must hold at any moment. */
    private void assertSound() {
        assertThat(Accessibility.complaints(page)).isEmpty();
        assertThat(page.complaints()).isEmpty();
        assertThat(page.value("window.harmed ?? null").isNull()).isTrue();
    }

    @Test
    void overviewShowsSitesTrafficAndThatAllIsWell() throws IOException {
        open("");
        page.awaitText("main", "All is well: 2 other sites are fresh");
        page.awaitText(".tile.forwarded .value", "/s");
        page.awaitText("section[data-site=dc2]", "62 %");
        page.awaitText("section[data-site=dc1]", "10.1.0.20:80");
        page.awaitTrue("document.querySelectorAll('.ways .way-line').length === 2");
        page.awaitTrue("document.querySelectorAll('.spark .line')[0].getAttribute('d').includes('L')");
        assertSound();
        page.screenshot("overview-light");
    }

    @Test
    void manySitesStandInAGrid() throws IOException {
        IntStream.range(4, 24).forEach(i -> node.sites.put("dc" + i, StubSites.other("dc" + i, "FRESH")));
        open("");
        page.awaitText("main", "22 other sites are fresh");
        page.awaitTrue("new Set([...document.querySelectorAll('.others .box')].map((e) => e.offsetLeft)).size === 3");
        assertSound();
        page.screenshot("many-light");
    }

    @Test
    void alarmsAreWordsAndEndByThemselves() throws IOException {
        node.sites.put("dc3", StubSites.other("dc3", "STALE"));
        node.site("dc1").put("feed", "LOST");
        node.site("dc2").put("conflict", true);
        open("");
        page.awaitText(".alarms", "dc3 not heard for 4");
        page.awaitText(".alarms", "NATS feed lost");
        page.awaitText(".alarms", "two rivals speak in the name of dc2");
        assertSound();
        page.systemColours("dark");
        page.screenshot("alarms-dark");
        for (Map<String, Object> site :
                List.of(StubSites.own(), StubSites.other("dc2", "FRESH"), StubSites.other("dc3", "FRESH"))) {
            node.sites.put(String.valueOf(site.get("site")), site);
            node.tell("site", site);
        }
        page.awaitText("main", "All is well");
        page.awaitTrue("document.getElementById('said').textContent.includes('Over: dc3 not heard')");
        assertSound();
    }

    @Test
    void searchesAMillionRoutesAsOneTypes() throws IOException {
        List<String> million = new ArrayList<>(IntStream.range(0, 999_999)
                .mapToObj(i -> "app-" + i + ".apps.example.com")
                .toList());
        million.add("needle.apps.example.com/v2/in");
        node.routes = million;
        open("routes");
        page.awaitText("main .status", "50 of 1,000,000 routes");
        page.press("/");
        page.awaitTrue("document.activeElement.id === 'search'");
        for (String letter : "needle".split("")) {
            page.type(letter);
        }
        page.awaitText("#routes tbody", "needle.apps.example.com/v2/in");
        page.awaitText("main .status", "1 route");
        assertThat(page.value("document.querySelectorAll('#routes tbody tr').length")
                        .asInt())
                .isEqualTo(1);
        page.type("/v3");
        page.awaitText("main .status", "No route fits");
        assertSound();
    }

    @Test
    void anOlderAnswerNeverReplacesANewerOne() {
        node.held = "shop";
        open("routes");
        page.awaitText("main .status", "3 routes");
        page.click("#search");
        page.type("shop");
        node.awaitHeld();
        page.value("document.querySelector('#search').select()");
        page.type("billing");
        page.awaitText("main .status", "1 route");
        node.releaseHeld();
        page.value("new Promise((done) => setTimeout(done, 300))");
        assertThat(page.text("#routes tbody")).contains("billing").doesNotContain("shop");
    }

    @Test
    void morePagesComeWhenAskedFor() {
        node.routes = IntStream.range(0, 120)
                .mapToObj(i -> "app-" + i + ".example.com")
                .toList();
        open("routes");
        page.awaitText("main .status", "50 of 120 routes");
        page.click("#routes + p button");
        page.awaitText("main .status", "100 of 120 routes");
        page.click("#routes + p button");
        page.awaitText("main .status", "120 routes");
        page.awaitTrue("!document.querySelector('#routes + p button')");
    }

    @Test
    void aNewRouteAppearsByItself() throws IOException {
        open("routes?q=new");
        page.awaitText("main .status", "No route fits");
        page.awaitText(".live", "live");
        node.register("new.apps.example.com");
        page.awaitText("#routes tbody", "new.apps.example.com");
        page.value("location.hash = '#/journal'");
        page.awaitText("main table", "route-added");
        node.register("newer.apps.example.com");
        page.awaitText("main table", "newer.apps.example.com");
        assertSound();
        page.screenshot("journal-light");
    }

    @Test
    void aRouteHasItsOffersEndpointsAndWinner() throws IOException {
        open("routes/" + HELLO);
        page.awaitText(".verdict", "forward to dc1");
        page.awaitText("tr.winner", "winner");
        page.awaitText("[aria-label^='Endpoints']", "10.1.4.7:61001");
        assertSound();
        page.screenshot("route-light");
        page.value("location.hash = '#/routes/nothing.example.com'");
        page.awaitText("main [role=alert]", "no site is known to have nothing.example.com");
    }

    @Test
    void explainsRequestsAndQueriesWithEveryRule() throws IOException {
        open("explain");
        page.click("input[name=url]");
        page.type("http://" + HELLO + "/");
        page.press("Enter");
        page.awaitText("tr.winner", "local");
        page.awaitText("tr.winner", "decided");
        page.awaitText(".verdict", "forward to dc1");
        page.awaitText("main table", "redirect to dc2");
        page.awaitTrue("location.hash.includes('url=http')");
        assertSound();
        page.systemColours("dark");
        page.screenshot("explain-dark");
        page.click("input[value=dns]");
        page.click("input[name=name]");
        page.type(HELLO);
        page.press("Enter");
        page.awaitText(".verdict", "192.0.2.10 (30 s)");
        assertSound();
    }

    @Test
    void drainsAfterADryRunAndTakesItBack() throws IOException {
        open("orders");
        page.click("#drain-route");
        page.awaitTrue("document.activeElement.name === 'route'");
        page.type(HELLO);
        page.press("Tab");
        page.type("ann");
        page.press("Tab");
        page.type("database of dc1 is slow");
        assertThat(page.value("document.querySelector('#give')").isNull()).isTrue();
        page.press("Enter");
        page.awaitText("#order .dry", "3 of 4 routes would move");
        page.awaitText("#order .dry", "only-here.apps.example.com");
        assertThat(node.orders).containsExactly("dry run: drain-route " + HELLO + " by ann");
        assertSound();
        page.screenshot("drain-light");
        page.systemColours("dark");
        page.screenshot("drain-dark");
        page.click("#give");
        page.awaitText("main table", "database of dc1 is slow");
        page.awaitTrue("!document.querySelector('dialog')");
        assertThat(node.orders).last().isEqualTo("drain-route " + HELLO + " by ann");
        page.click("main table button");
        page.click("#dry");
        page.awaitText("#order .dry", "would move");
        page.click("#give");
        page.awaitText("main table", "No orders are in effect");
        assertThat(node.orders).last().isEqualTo("undo " + HELLO + " by ann");
        assertSound();
    }

    @Test
    void aChangeAfterTheDryRunTakesAnotherOne() {
        open("orders");
        page.click("#drain-site");
        page.awaitTrue("document.activeElement.name === 'who'");
        page.type("ann");
        page.press("Tab");
        page.type("works");
        page.press("Enter");
        page.awaitTrue("document.querySelector('#give')");
        page.value("(() => { const e = document.querySelector('select[name=for]'); e.value = '1d';"
                + " e.dispatchEvent(new Event('change')); })()");
        page.awaitTrue("!document.querySelector('#give') && document.querySelector('#dry')");
        page.press("Escape");
        page.awaitTrue("!document.querySelector('dialog') && document.activeElement.id === 'drain-site'");
        assertThat(node.orders).containsExactly("dry run: drain-site  by ann");
    }

    @Test
    void whatWouldBeRefusedTakesOneMoreYes() {
        node.refused = "2 routes would be left without a site";
        open("orders");
        page.click("#drain-site");
        page.awaitTrue("document.activeElement.name === 'who'");
        page.type("ann");
        page.press("Tab");
        page.type("works");
        page.press("Enter");
        page.awaitText("#order .dry", "It would be refused: 2 routes would be left without a site");
        assertThat(page.value("document.querySelector('#dry').disabled").asBoolean())
                .isTrue();
        page.click("input[name=force]");
        page.click("#give");
        page.awaitText("main table", "site drained");
        assertThat(node.orders).last().isEqualTo("forced drain-site  by ann");
    }

    @Test
    void hostileNamesAreTextInEveryView() throws IOException {
        node.routes = HOSTILE;
        node.overrides = HOSTILE.stream()
                .map(each -> Map.<String, Object>of(
                        "kind",
                        "drain-route",
                        "route",
                        each,
                        "who",
                        each,
                        "why",
                        each,
                        "since",
                        "2026-11-23T03:00:00Z",
                        "until",
                        each))
                .toList();
        HOSTILE.forEach(each -> node.record("route-added", each));
        for (String view : VIEWS) {
            open(view);
            page.awaitTrue("document.querySelector('main').innerText.length > 20");
            page.value("new Promise((done) => setTimeout(done, 150))");
            assertThat(page.value("[...document.querySelectorAll('img')].map((e) => e.getAttribute('src')).join()")
                            .asString(""))
                    .isEqualTo("assets/icon.svg");
            assertThat(page.value("document.querySelectorAll('script').length").asInt())
                    .isEqualTo(2);
            page.complaints().stream()
                    .filter(each -> !each.contains("404"))
                    .forEach(each -> assertThat(each).isEmpty());
            assertSound();
        }
        open("routes");
        page.awaitText("#routes", "<img src=x onerror=\"window.harmed=1\">.apps.example.com");
        page.awaitText("#routes", "evilU+202Emoc.elpmaxe.sppa.U+2066U+200BU+0000U+0007.example.com");
        page.screenshot("hostile-light");
        for (int i = 0; i < HOSTILE.size(); i++) {
            open("routes");
            page.click("#routes tbody tr:nth-child(" + (i + 1) + ") a");
            page.awaitText(".verdict", "forward to dc1");
            assertThat(page.value("document.querySelector('h1 .name').childElementCount === 0"
                                    + " ? document.querySelector('h1').textContent : ''")
                            .asString(""))
                    .isIn(HOSTILE.get(i), "");
            assertSound();
        }
    }

    @Test
    void themesFollowTheSystemUntilOneIsChosen() {
        open("");
        String ground = "getComputedStyle(document.body).backgroundColor";
        String light = page.value(ground).asString("");
        page.systemColours("dark");
        String dark = page.value(ground).asString("");
        assertThat(dark).isNotEqualTo(light);
        page.value("(() => { const e = document.getElementById('theme'); e.value = 'light';"
                + " e.dispatchEvent(new Event('change')); })()");
        assertThat(page.value(ground).asString("")).isEqualTo(light);
        open("");
        assertThat(page.value(ground).asString("")).isEqualTo(light);
        assertThat(page.value("document.getElementById('theme').value").asString(""))
                .isEqualTo("light");
        page.systemColours("light");
        page.value("(() => { const e = document.getElementById('theme'); e.value = 'dark';"
                + " e.dispatchEvent(new Event('change')); })()");
        assertThat(page.value(ground).asString("")).isEqualTo(dark);
        assertSound();
    }

    @ParameterizedTest
    @ValueSource(ints = {360, 800, 1280})
    void everyViewFitsTheWindowAndIsAccessible(int width) throws IOException {
        node.routes =
                List.of(HELLO, "a-rather-long-name-without-any-place-to-break-it-at-all".repeat(4) + ".example.com");
        node.record("route-added", node.routes.get(1));
        node.overrides = List.of(Map.of(
                "kind",
                "force-route",
                "route",
                node.routes.get(1),
                "site",
                "dc2",
                "who",
                "ann",
                "why",
                "x".repeat(300),
                "since",
                "2026-11-23T03:00:00Z",
                "until",
                "2099-11-23T03:00:00Z"));
        page.size(width, 800);
        for (String view : VIEWS) {
            open(view);
            page.value("new Promise((done) => setTimeout(done, 250))");
            assertThat(Accessibility.complaints(page)).as(view).isEmpty();
            assertThat(page.complaints()).as(view).isEmpty();
            page.screenshot("at-" + width + "-" + view.replaceAll("[?:/].*", "") + (view.contains("/") ? "-one" : ""));
        }
        page.click("#force-route");
        page.awaitTrue("document.querySelector('dialog[open]')");
        assertThat(Accessibility.complaints(page)).isEmpty();
    }

    @Test
    void everythingCanBeReachedWithTheKeyboard() {
        open("");
        page.press("Tab");
        page.awaitTrue("document.activeElement.className === 'skip'");
        page.press("Enter");
        page.awaitTrue("document.activeElement.id === 'main' && location.hash === '#/'");
        page.press("/");
        page.awaitTrue("document.activeElement.id === 'search' && location.hash.startsWith('#/routes')");
        page.type("hello");
        page.awaitText("main .status", "1 route");
        for (int i = 0; i < 4; i++) {
            page.press("Tab");
        }
        page.awaitTrue("document.activeElement.textContent === " + quoted(HELLO));
        assertThat(page.value("getComputedStyle(document.activeElement).outlineStyle")
                        .asString(""))
                .isEqualTo("solid");
        page.press("Enter");
        page.awaitText(".verdict", "forward to dc1");
        page.awaitTrue("document.activeElement.tagName === 'H1'");
        page.press("Tab");
        page.awaitTrue("document.activeElement.textContent === 'Drain…'");
        page.press("Enter");
        page.awaitTrue("document.activeElement.closest('dialog') && document.activeElement.name === 'route'");
        page.press("Escape");
        page.awaitTrue("document.activeElement.textContent === 'Drain…'");
    }

    @Test
    void asksForATokenAndKeepsItForTheTabAlone() throws IOException {
        node.token = "right";
        page.open(node.url());
        page.awaitTrue("document.querySelector('#token[open]')");
        page.screenshot("token-light");
        page.type("wrong");
        page.press("Enter");
        page.awaitText("#token", "It was refused: a token is needed");
        page.value("document.querySelector('#token input').select()");
        page.type("right");
        page.press("Enter");
        page.awaitText("section[data-site=dc2]", "62 %");
        page.awaitText(".live", "live");
        page.awaitTrue("!document.querySelector('dialog')");
        assertThat(page.value("JSON.stringify({...localStorage}) + document.cookie")
                        .asString(""))
                .isEqualTo("{}");
        assertThat(page.complaints()).allMatch(each -> each.contains("401"));
    }

    @Test
    void aLostConnectionIsSaidAndMended() throws IOException {
        open("");
        page.awaitText(".live", "live");
        node.record("route-added", HELLO);
        page.awaitTrue("document.querySelector('.tile.forwarded .value').innerText.length > 3");
        node.cut();
        page.awaitText(".live", "connection lost, as of");
        page.awaitText(".live", "too many event streams");
        page.awaitTrue("document.querySelector('main').className === 'aged'");
        page.awaitText(".alarms", "this node is not heard for");
        assertThat(page.text("main")).doesNotContain("All is well");
        page.screenshot("lost-light");
        node.silent = false;
        page.click(".live button");
        page.awaitTrue("document.querySelector('.live').dataset.state === 'live'");
        assertThat(node.resumed).contains("x-1");
        assertThat(page.complaints()).allMatch(each -> each.contains("503"));
    }
}
