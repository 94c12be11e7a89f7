package io.grouter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Writer;
import org.junit.jupiter.api.Test;

/** How long lists are asked for and where they end. */
class ListsTest {
    private final Desk desk = new Desk();

    @Test
    void optionsBecomeParametersOfEveryPage() throws IOException {
        desk.node
                .on("GET /v1/routes", "routes-c1")
                .on(
                        "GET /v1/routes?host=a%26b%20c&path=%2Fv2&site=dc2&state=remote&app=x&org=o&space=s&pin=*&sort=sites&limit=1000",
                        "routes");
        assertThat(desk.run(
                        "routes", "--host", "a&b c", "--path", "/v2", "--site", "dc2", "--state", "REMOTE", "--app",
                        "x", "--org", "o", "--space", "s", "--pin", "*", "--sort", "sites"))
                .isZero();
        assertThat(desk.node.asked).hasSize(2);
        assertThat(desk.node.asked.get(1))
                .isEqualTo(
                        "GET /v1/routes?host=a%26b%20c&path=%2Fv2&site=dc2&state=remote&app=x&org=o&space=s&pin=*&sort=sites"
                                + "&limit=1000&after=c1");
    }

    @Test
    void aLimitEndsTheListAndSaysSo() throws IOException {
        desk.terminal = true;
        desk.node.on("GET /v1/routes?limit=2", "routes");
        assertThat(desk.run("routes", "--limit", "2")).isZero();
        assertThat(desk.node.asked).containsExactly("GET /v1/routes?limit=2");
        assertThat(desk.err.toString()).contains("the first 2 only; --limit shows more");
        assertThat(desk.run("routes", "--limit", "0")).isEqualTo(2);
    }

    @Test
    void anEmptyListSaysSo() {
        desk.node.on("GET /v1/routes", 200, "{\"routes\": [], \"total\": 0, \"next\": null}");
        assertThat(desk.run("routes")).isZero();
        assertThat(desk.out.toString()).isEqualTo("no routes\n");
    }

    @Test
    void theJournalGoesBackAsFarAsAsked() throws IOException {
        desk.node.on("GET /v1/journal", "journal");
        assertThat(desk.run("journal")).isZero();
        assertThat(desk.run("journal", "--since", "10m", "--kind", "route-added,route-removed", "--site", "dc2"))
                .isZero();
        assertThat(desk.node.asked)
                .containsExactly(
                        "GET /v1/journal?limit=100",
                        "GET /v1/journal?since=10m&site=dc2&kind=route-added%2Croute-removed&limit=1000");
    }

    @Test
    void whoReadsOnlyTheFirstLinesEndsItQuietly() throws IOException {
        desk.node.on("GET /v1/routes", "routes");
        desk.where = new Writer() {
            private int left = 100;

            @Override
            public void write(char[] text, int start, int length) throws IOException {
                left -= length;
                if (left < 0) {
                    throw new IOException("Broken pipe");
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        assertThat(desk.run("routes")).isZero();
        assertThat(desk.err.toString()).isEmpty();
        assertThat(desk.node.asked).hasSizeLessThan(3);
    }

    @Test
    void aNodeThatStartsAgainBetweenTwoPagesIsToldOf() throws IOException {
        desk.node
                .on("GET /v1/routes", "routes")
                .problem("GET /v1/routes?limit=1000&after=c1", 410, "cursor-gone", "the cursor is of another process");
        assertThat(desk.run("routes")).isEqualTo(1);
        assertThat(desk.err.toString()).contains("another process", "begin again");
    }

    @Test
    void routeNamesAreEncodedInPaths() throws IOException {
        desk.node.on("GET /v1/routes/*.example.com/a%20b/%C3%BC%3F%23%25", "route");
        assertThat(desk.run("route", "*.example.com/a b/ü?#%")).isZero();
    }

    @Test
    void onlyAPartOfTheConfigurationCanBeShown() throws IOException {
        desk.node.on("GET /v1/config", "config");
        assertThat(desk.run("config", "gossip")).isZero();
        assertThat(desk.out.toString())
                .isEqualTo("gossip.local: 10.1.0.30:7800\ngossip.signingKey: ***\ngossip.insecure: false\n");
        assertThat(desk.run("config", "gosip")).isEqualTo(1);
    }
}
