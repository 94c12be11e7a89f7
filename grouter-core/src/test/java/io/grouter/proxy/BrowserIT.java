package io.grouter.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grouter.steering.Decision;
import io.grouter.steering.Rule;
import io.grouter.testing.ChromiumProcess;
import io.grouter.testing.QuietPipelines;
import io.grouter.testing.SmallApp;
import io.grouter.testing.SmallApp.Arrived;
import io.grouter.testing.WireMessage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real browser walks through pages of an app at one site that uses an app at the other in every way there is. */
@Timeout(180)
class BrowserIT extends ClientsWorld {
    private static final String HTML = "text/html";
    private static final String SCRIPT = "text/javascript";
    private static final Duration MOST = Duration.ofSeconds(120);

    @TempDir
    private Path folder;

    private SmallApp here;
    private SmallApp there;

    private String text(String name, String scheme) throws IOException {
        try (InputStream in = Objects.requireNonNull(BrowserIT.class.getResourceAsStream("browser/" + name), name)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return name.endsWith(".js")
                    ? text
                    : text.replace("${STEPS}", text("steps.js", scheme))
                            .replace("${SHOP}", shop(scheme))
                            .replace("${FRONT}", front(scheme));
        }
    }

    @BeforeEach
    void begin() throws IOException {
        closing(new QuietPipelines());
        here = closing(new SmallApp(FRONT));
        there = closing(new SmallApp(SHOP));
        sites(here, there);
    }

    private void addPages(String scheme) throws IOException {
        here.page("/start", HTML, text("front.html", scheme)).page("/again", HTML, text("again.html", scheme));
        there.page("/framed/%2F;x", HTML, text("framed.html", scheme))
                .page("/form", HTML, text("form.html", scheme))
                .page("/landing", HTML, text("landing.html", scheme))
                .page("/stay", HTML, text("stay.html", scheme))
                .page("/own/module.js", SCRIPT, "export const word = 'module';")
                .page("/own/worker.js", SCRIPT, "postMessage('worker');")
                .page("/own/frame", HTML, "<title>own frame</title>")
                .page(
                        "/own/image.svg",
                        "image/svg+xml",
                        "<svg xmlns='http://www.w3.org/2000/svg' width='8' height='8'/>");
    }

    private static boolean isReport(Arrived request) {
        return request.target().startsWith("/report/");
    }

    /** Returns what the pages reported, by step. */
    private Map<String, String> reports() {
        Map<String, String> all = new TreeMap<>();
        for (SmallApp app : List.of(here, there)) {
            for (Arrived each : app.arrived()) {
                if (isReport(each)) {
                    String name = each.target().substring("/report/".length());
                    assertThat(all.put(name, each.request().body()))
                            .as("twice: %s", name)
                            .isNull();
                }
            }
        }
        return all;
    }

    private static List<String> others(SmallApp app) {
        return app.arrived().stream()
                .filter(each -> !isReport(each))
                .map(Arrived::line)
                .toList();
    }

    private void walk(String scheme) throws IOException {
        String program = program("chromium");
        try (ChromiumProcess browser = new ChromiumProcess(program, folder, front(scheme) + "/start")) {
            try {
                await("the browser is done")
                        .atMost(MOST)
                        .until(() -> !browser.isAlive() || reports().containsKey("done"));
            } catch (ConditionTimeoutException e) {
                throw new AssertionError("so far: " + reports() + "; " + browser.said(), e);
            }
            assertThat(browser.isAlive()).as(browser.said()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void theBrowserGetsWhatItAsksFor(String scheme) throws Exception {
        addPages(scheme);
        walk(scheme);
        String shop = shop(scheme);
        assertThat(reports())
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("frame", shopAlias(scheme) + "/framed/%2F;x?a=b&c=d%20e"),
                        Map.entry("form", shop + "/form"),
                        Map.entry("own-fetch", "GET /own/fetch\n"),
                        Map.entry("own-events", "event 1, event 2, event 3"),
                        Map.entry("own-module", "module"),
                        Map.entry("own-worker", "worker"),
                        Map.entry("own-image", "data:image/png"),
                        Map.entry("own-frame", "own frame"),
                        Map.entry("get", "GET /get?a=%2F\n"),
                        Map.entry("preflight", "PUT /put\ndata"),
                        Map.entry("authorization", "GET /secret\n"),
                        Map.entry("websocket", "echo me"),
                        Map.entry("events", "event 1, event 2, event 3"),
                        Map.entry("landed", shopAlias(scheme) + "/landing?a=b&c=d%20e;x"),
                        Map.entry("alias-fetch", "GET /alias/fetch\n"),
                        Map.entry("alias-post", "POST /alias/post\ndata"),
                        Map.entry("alias-websocket", "echo me"),
                        Map.entry("login", "POST /login\n"),
                        Map.entry("cookie", "GET /me\n"),
                        Map.entry("cookie-events", "event 1, event 2, event 3"),
                        Map.entry("cookie-websocket", "echo me"),
                        Map.entry("stayed", shop + "/stay " + SmallApp.SESSION),
                        Map.entry("done", "")));
        assertThat(others(here)).containsExactly("GET /start", "GET /again");
        assertThat(others(there))
                .containsExactly(
                        "GET /framed/%2F;x?a=b&c=d%20e",
                        "POST /form",
                        "GET /own/fetch",
                        "GET /own/events",
                        "GET /own/module.js",
                        "GET /own/worker.js",
                        "GET /own/image.svg",
                        "GET /own/frame",
                        "GET /get?a=%2F",
                        "OPTIONS /put",
                        "PUT /put",
                        "OPTIONS /secret",
                        "GET /secret",
                        "GET /socket",
                        "GET /events",
                        "GET /landing?a=b&c=d%20e;x",
                        "GET /alias/fetch",
                        "POST /alias/post",
                        "GET /alias/socket",
                        "POST /login",
                        "GET /me",
                        "GET /my/events",
                        "GET /my/socket",
                        "GET /stay");
        assertHeaders(scheme);
        assertHops();
    }

    private void assertHeaders(String scheme) {
        WireMessage form = there.only("POST /form");
        assertThat(form.body()).isEqualTo("word=hello");
        assertThat(form.value("origin")).isEqualTo(front(scheme));
        assertThat(there.only("PUT /put").value("x-custom")).isEqualTo("mine");
        assertThat(there.only("GET /secret").value("authorization")).isEqualTo("Bearer token");
        for (String path : List.of("/me", "/my/events", "/my/socket", "/stay")) {
            assertThat(there.only("GET " + path).value("cookie")).as(path).isEqualTo(SmallApp.SESSION);
        }
        WireMessage atAlias = there.only("POST /alias/post");
        assertThat(atAlias.value("origin")).isEqualTo(shopAlias(scheme));
        assertThat(atAlias.value("x-forwarded-host")).isEqualTo(SHOP_ALIAS + ":" + site2.port(scheme));
        for (Arrived each : there.arrived()) {
            boolean byAlias = each.target().contains("/alias/")
                    || each.target().contains("/framed/")
                    || each.target().contains("/landing")
                    || each.target().matches("/report/(alias-.*|landed)");
            int port = (byAlias ? site2 : site1).port(scheme);
            assertThat(each.request().value("host")).as(each.line()).isEqualTo(SHOP + ":" + port);
        }
    }

    /** Two navigations were redirected, once each; the second site never sends anything on. */
    private void assertHops() {
        List<String> redirected = decisions.stream()
                .filter(each -> each.decision() instanceof Decision.Redirect)
                .map(each -> each.at() + " " + each.facts().path())
                .toList();
        assertThat(redirected).containsExactly("dc1 /framed/%2F;x", "dc1 /landing");
        assertThat(rules(DC2))
                .containsOnly(Rule.ALIAS, Rule.INTER_SITE)
                .hasSize(there.arrived().size());
        assertThat(rules(DC1)).containsOnly(Rule.LOCAL, Rule.LEARNED);
        assertThat(count(DC1, Decision.Relay.class) + 2 + count(DC1, Decision.Forward.class))
                .isEqualTo(rules(DC1).size());
        assertThat(count(DC1, Decision.Forward.class)).isEqualTo(here.arrived().size());
    }
}
