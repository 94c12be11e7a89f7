package io.grouter.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.steering.Decision;
import io.grouter.steering.Rule;
import io.grouter.testing.Curl;
import io.grouter.testing.HttpClientProcess;
import io.grouter.testing.QuietPipelines;
import io.grouter.testing.SmallApp;
import io.grouter.testing.WireMessage;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real clients get what they ask for, wherever the app is: curl and the JDK's HTTP client. */
@Timeout(120)
class ClientsIT extends ClientsWorld {
    /** Bytes that clients and servers like to change. */
    private static final String ODD = "/a%2Fb//c/%2e%2E;x=1/d+e?a=b&c=d%20e&&f=%2F;y?z";

    @TempDir
    private Path folder;

    private SmallApp here;
    private SmallApp there;

    @BeforeEach
    void begin() throws IOException {
        closing(new QuietPipelines());
        here = closing(new SmallApp(FRONT));
        there = closing(new SmallApp(SHOP));
        sites(here, there);
    }

    private Curl curl() {
        return new Curl(program("curl"), folder);
    }

    private void assertRelayed(int times) {
        assertThat(count(DC1, Decision.Relay.class)).isEqualTo(times);
        assertThat(count(DC1, Decision.Redirect.class)).isZero();
        assertThat(rules(DC2)).hasSize(times).containsOnly(Rule.INTER_SITE);
        assertThat(here.lines()).isEmpty();
    }

    private void assertRedirected(int times) {
        assertThat(count(DC1, Decision.Redirect.class)).isEqualTo(times);
        assertThat(count(DC1, Decision.Relay.class)).isZero();
        assertThat(rules(DC2)).hasSize(times).containsOnly(Rule.ALIAS);
        assertThat(here.lines()).isEmpty();
    }

    // ---- curl

    @ParameterizedTest
    @CsvSource({"http,GET,", "https,GET,--http1.1", "https,GET,--http2", "http,HEAD,-I", "https,HEAD,-I"})
    void curlFollowsOneRedirectToTheSiteThatHasTheApp(String scheme, String method, String option) throws Exception {
        String[] more = option == null ? new String[0] : new String[] {option};
        Curl.Result result = curl(scheme, shop(scheme) + ODD, more);
        String alias = shopAlias(scheme) + ODD;
        assertThat(result.statuses()).containsExactly(307, 200);
        assertThat(result.redirects()).isEqualTo(1);
        assertThat(result.first("Location")).isEqualTo(alias);
        assertThat(result.first("Cache-Control")).isEqualTo("no-store");
        assertThat(result.url()).isEqualTo(alias);
        assertThat(result.body()).isEqualTo(method.equals("HEAD") ? result.headers() : "GET " + ODD + "\n");
        assertThat(there.lines()).containsExactly(method + " " + ODD);
        WireMessage arrived = there.only(method + " " + ODD);
        assertThat(arrived.value("host")).isEqualTo(SHOP + ":" + site2.port(scheme));
        assertThat(arrived.value("x-forwarded-host")).isEqualTo(SHOP_ALIAS + ":" + site2.port(scheme));
        assertThat(arrived.value("x-forwarded-proto")).isEqualTo(scheme);
        assertRedirected(1);
    }

    private Curl.Result curl(String scheme, String url, String... more) throws Exception {
        String[] all = new String[more.length + 3];
        all[0] = "--cacert";
        all[1] = clientCa;
        all[2] = url;
        System.arraycopy(more, 0, all, 3, more.length);
        Curl.Result result = curl().run(all);
        assertThat(result.exit()).as("exit code of curl for %s", scheme).isZero();
        return result;
    }

    @ParameterizedTest
    @CsvSource({"http,--http1.1", "https,--http1.1", "https,--http2"})
    void whatCurlSendsArrivesOnce(String scheme, String version) throws Exception {
        Curl.Result result = curl(scheme, shop(scheme) + "/cart", version, "--data", "a=1&b=%2F");
        assertThat(result.statuses()).containsExactly(200);
        assertThat(result.body()).isEqualTo("POST /cart\na=1&b=%2F");
        assertThat(there.lines()).containsExactly("POST /cart");
        assertThat(there.only("POST /cart").body()).isEqualTo("a=1&b=%2F");
        assertThat(there.only("POST /cart").value("host")).isEqualTo(SHOP + ":" + site1.port(scheme));
        assertRelayed(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void nothingThatCurlWouldDropIsRedirected(String scheme) throws Exception {
        String url = shop(scheme);
        assertThat(curl(scheme, url + "/1", "-u", "user:pass").statuses()).containsExactly(200);
        assertThat(curl(scheme, url + "/2", "-b", "a=1; b=2").statuses()).containsExactly(200);
        assertThat(curl(scheme, url + "/3", "--oauth2-bearer", "token").statuses())
                .containsExactly(200);
        assertThat(there.only("GET /1").value("authorization")).isEqualTo("Basic dXNlcjpwYXNz");
        assertThat(there.only("GET /2").value("cookie")).isEqualTo("a=1; b=2");
        assertThat(there.only("GET /3").value("authorization")).isEqualTo("Bearer token");
        assertRelayed(3);
    }

    @ParameterizedTest
    @CsvSource({"http,--http1.1", "https,--http2"})
    void curlUploadsAFile(String scheme, String version) throws Exception {
        String content = "0123456789abcdef".repeat(100_000);
        Path file = Files.writeString(folder.resolve("file"), content);
        Curl.Result result = curl(
                scheme,
                shop(scheme) + "/files/x",
                version,
                "-T",
                file.toString(),
                "-H",
                "Expect: 100-continue",
                "--expect100-timeout",
                "20");
        assertThat(result.statuses()).containsExactly(100, 200);
        assertThat(there.lines()).containsExactly("PUT /files/x");
        assertThat(there.only("PUT /files/x").body()).isEqualTo(content);
        assertRelayed(1);
    }

    @Test
    void curlShakesHandsForAWebSocket() throws Exception {
        Curl.Result result = curl(
                "http",
                shop("http") + "/greeting",
                "--http1.1",
                "--no-buffer",
                "-H",
                "Connection: Upgrade",
                "-H",
                "Upgrade: websocket",
                "-H",
                "Sec-WebSocket-Version: 13",
                "-H",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
        assertThat(result.statuses()).containsExactly(101);
        assertThat(result.first("Sec-WebSocket-Accept")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assertThat(result.body()).contains("hello");
        assertThat(there.lines()).containsExactly("GET /greeting");
        assertRelayed(1);
    }

    /** The cookie belongs to the name under which it was set; each name keeps its own. */
    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void curlsJarHoldsTheSession(String scheme) throws Exception {
        String jar = folder.resolve("jar").toString();
        String url = shop(scheme);
        assertThat(curl(scheme, url + "/login", "-c", jar, "-b", jar).redirects())
                .isEqualTo(1);
        assertThat(curl(scheme, url + "/1", "-c", jar, "-b", jar).redirects()).isEqualTo(1);
        assertThat(there.only("GET /1").value("cookie")).isEqualTo(SmallApp.SESSION);
        assertRedirected(2);
        curl(scheme, url + "/login", "-c", jar, "-b", jar, "--data", "user=me");
        assertThat(there.only("POST /login").value("cookie")).isNull();
        assertThat(curl(scheme, url + "/2", "-c", jar, "-b", jar).redirects()).isZero();
        assertThat(there.only("GET /2").value("cookie")).isEqualTo(SmallApp.SESSION);
    }

    // ---- the JDK's client

    private HttpClientProcess client(HttpClient.Redirect redirects, HttpClient.Version version) throws IOException {
        List<String> names = List.of(SHOP, SHOP_ALIAS, FRONT, LOST, "lost.dc1.apps.test", "lost.dc2.apps.test");
        String lines = String.join(
                "", names.stream().map(name -> "127.0.0.1 " + name + "\n").toList());
        Path hosts = Files.writeString(folder.resolve("hosts"), lines, StandardCharsets.US_ASCII);
        return closing(HttpClientProcess.start(hosts, clientCa, redirects, version));
    }

    @ParameterizedTest
    @CsvSource({"http,NORMAL,HTTP_1_1", "http,ALWAYS,HTTP_1_1", "https,NORMAL,HTTP_1_1", "https,ALWAYS,HTTP_2"})
    void theJdksClientGetsWhatItAsksFor(String scheme, HttpClient.Redirect redirects, HttpClient.Version version)
            throws Exception {
        HttpClientProcess client = client(redirects, version);
        String url = shop(scheme);

        HttpClientProcess.Result page = client.send("GET", url + ODD, "");
        assertThat(page)
                .isEqualTo(new HttpClientProcess.Result(200, shopAlias(scheme) + ODD, 1, version, "GET " + ODD + "\n"));
        assertRedirected(1);
        decisions.clear();

        HttpClientProcess.Result posted = client.send("POST", url + "/cart", "a=1", "Content-Type", "text/plain");
        assertThat(posted).isEqualTo(new HttpClientProcess.Result(200, url + "/cart", 0, version, "POST /cart\na=1"));
        assertThat(there.only("POST /cart").body()).isEqualTo("a=1");
        client.send("GET", url + "/secret", "", "Authorization", "Bearer token");
        assertThat(there.only("GET /secret").value("authorization")).isEqualTo("Bearer token");
        assertThat(client.webSocket(url.replace("http", "ws") + "/socket", "echo me"))
                .isEqualTo("echo me");
        assertRelayed(3);
        assertThat(there.lines()).containsExactly("GET " + ODD, "POST /cart", "GET /secret", "GET /socket");
    }

    /** By default it asks for h2c with every request in clear; nobody speaks that here. */
    @Test
    void theJdksClientAsItIsByDefaultIsServed() throws Exception {
        HttpClientProcess client = client(HttpClient.Redirect.NORMAL, HttpClient.Version.HTTP_2);
        assertThat(client.send("GET", shop("http") + "/1", "").body()).isEqualTo("GET /1\n");
        assertThat(client.send("POST", shop("http") + "/2", "body").body()).isEqualTo("POST /2\nbody");
        assertThat(there.lines()).containsExactly("GET /1", "POST /2");
        assertThat(there.only("GET /1").value("upgrade")).isNull();
    }

    @ParameterizedTest
    @CsvSource({"http,HTTP_1_1", "https,HTTP_2"})
    void aSessionSticksToTheNameItBeganWith(String scheme, HttpClient.Version version) throws Exception {
        String url = shop(scheme);
        HttpClientProcess byGet = client(HttpClient.Redirect.NORMAL, version);
        byGet.send("GET", url + "/login", "");
        for (String path : List.of("/1", "/2", "/3")) {
            assertThat(byGet.send("GET", url + path, "").url()).isEqualTo(shopAlias(scheme) + path);
            assertThat(there.only("GET " + path).value("cookie")).isEqualTo(SmallApp.SESSION);
        }
        assertRedirected(4);
        decisions.clear();

        HttpClientProcess byPost = client(HttpClient.Redirect.NORMAL, version);
        byPost.send("POST", url + "/login", "user=me");
        for (String path : List.of("/4", "/5")) {
            assertThat(byPost.send("GET", url + path, "").url()).isEqualTo(url + path);
            assertThat(there.only("GET " + path).value("cookie")).isEqualTo(SmallApp.SESSION);
        }
        byPost.send("POST", url + "/6", "more");
        assertThat(there.only("POST /6").value("cookie")).isEqualTo(SmallApp.SESSION);
        assertRelayed(4);
    }

    // ---- two sites that contradict each other

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void curlIsNotSentToAndFro(String scheme) throws Exception {
        String path = "/lost?" + scheme;
        for (Site from : List.of(site1, site2)) {
            boolean first = from == site1;
            String other = first ? "dc2" : "dc1";
            SmallApp asked = first ? there : here;
            String url = scheme + "://" + LOST + ":" + from.port(scheme) + path;
            Curl.Result got = curl(scheme, url);
            assertThat(got.statuses()).containsExactly(307, 404);
            assertThat(got.first("X-Cf-RouterError")).isEqualTo("unknown_route");
            assertThat(got.url()).contains("lost." + other + ".apps.test:");
            assertThat(asked.lines()).containsExactly("GET " + path);

            Curl.Result posted = curl(scheme, url, "--data", "x");
            assertThat(posted.statuses()).containsExactly(404);
            assertThat(posted.first("X-Cf-RouterError")).isEqualTo("unknown_route");
            assertThat(asked.lines()).containsExactly("GET " + path, "POST " + path);
        }
        assertThat(rules(DC1)).containsExactly(Rule.LEARNED, Rule.LEARNED, Rule.ALIAS, Rule.INTER_SITE);
        assertThat(rules(DC2)).containsExactly(Rule.ALIAS, Rule.INTER_SITE, Rule.LEARNED, Rule.LEARNED);
    }

    @ParameterizedTest
    @EnumSource(names = {"NORMAL", "ALWAYS"})
    void theJdksClientIsNotSentToAndFro(HttpClient.Redirect redirects) throws Exception {
        HttpClientProcess client = client(redirects, HttpClient.Version.HTTP_1_1);
        String url = "http://" + LOST + ":" + site1.http + "/lost";
        HttpClientProcess.Result got = client.send("GET", url, "");
        assertThat(List.of(got.status(), got.hops())).containsExactly(404, 1);
        HttpClientProcess.Result posted = client.send("POST", url, "x");
        assertThat(List.of(posted.status(), posted.hops())).containsExactly(404, 0);
        assertThat(there.lines()).containsExactly("GET /lost", "POST /lost");
        assertThat(here.lines()).isEmpty();
        assertThat(rules(DC1)).containsExactly(Rule.LEARNED, Rule.LEARNED);
        assertThat(rules(DC2)).containsExactly(Rule.ALIAS, Rule.INTER_SITE);
    }
}
