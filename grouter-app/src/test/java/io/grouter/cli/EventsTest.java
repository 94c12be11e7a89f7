package io.grouter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Following events over streams that break off. */
class EventsTest {
    private final CommandFailure over = new CommandFailure(ExitCodes.NOT_ALLOWED, "over", "");
    private final CommandFailure away = new CommandFailure(ExitCodes.UNREACHABLE, "no node", "");

    private final Desk desk = new Desk();

    private static String[] change(int id, String route) {
        return new String[] {
            "id: p-" + id,
            "event: journal",
            "data: {\"id\":" + id
                    + ",\"time\":\"2026-11-23T03:00:00Z\",\"what\":\"route-added\",\"site\":\"dc1\",\"route\":\""
                    + route + "\",\"instances\":1,\"source\":\"nats\",\"reason\":\"registered\"}",
            ""
        };
    }

    private static String[] lines(String[]... parts) {
        return java.util.Arrays.stream(parts).flatMap(java.util.Arrays::stream).toArray(String[]::new);
    }

    @Test
    void anEventIsALine() {
        desk.node.stream(lines(change(17, "a.example.com"), new String[] {
                    ": comment",
                    "event: site",
                    "data: {\"site\":\"dc2\",\"own\":false,\"freshness\":\"STALE\",\"configured\":true,\"routes\":3,\"headroom\":0.5}",
                    "",
                    "event: lost",
                    "data: {\"missed\":12}",
                    "",
                    "event: stats",
                    "data: {\"site\":\"dc1\",\"routes\":5,",
                    "data: \"traffic\":{\"forwarded\":12.5}}",
                    "",
                    "event: journal",
                    "data: no json",
                    "",
                    "id: p-18",
                    "event: journal",
                    "data: {\"not\":\"ended by an empty line\"}"
                }))
                .noStream(over);
        assertThat(desk.run("watch", "--types", "journal,site,stats")).isEqualTo(4);
        assertThat(desk.out.toString()).isEqualTo("""
                2026-11-23 03:00:00Z  route-added        dc1   a.example.com 1 instance (nats: registered)
                2026-11-23 03:00:30Z  site               dc2   stale, 3 routes, table differs, headroom 50%
                2026-11-23 03:00:30Z  lost                     12 changes came and were forgotten meanwhile
                2026-11-23 03:00:30Z  stats              dc1   5 routes, requests/s: forwarded 13, redirected -, relayed -, received -, failed -
                """);
        assertThat(desk.node.asked)
                .containsExactly(
                        "EVENTS /v1/events?types=journal%2Csite%2Cstats after \"\"",
                        "EVENTS /v1/events?types=journal%2Csite%2Cstats after \"p-17\"");
        assertThat(desk.err.toString()).contains("no JSON", "the node ended the stream; again in 1.0s");
    }

    @Test
    void aBrokenStreamIsTakenUpWhereItEndedAfterLongerAndLongerPauses() {
        desk.node.stream(lines(change(17, "a.example.com"), new String[] {"!"}));
        for (int i = 0; i < 7; i++) {
            desk.node.noStream(away);
        }
        desk.node.stream(lines(change(18, "b.example.com"), new String[] {"!"})).noStream(over);
        assertThat(desk.run("watch", "-o", "json")).isEqualTo(4);
        assertThat(desk.pauses.stream().map(Duration::toSeconds))
                .containsExactly(1L, 2L, 4L, 8L, 16L, 30L, 30L, 30L, 1L);
        assertThat(desk.node.asked).last().asString().endsWith("after \"p-18\"");
        assertThat(desk.out.toString().lines())
                .hasSize(2)
                .allMatch(line -> Json.object(line).has("data"));
        assertThat(desk.out.toString()).startsWith("{\"event\":\"journal\",\"id\":\"p-17\",\"data\":{\"id\":17,");
        assertThat(desk.err.toString()).contains("broke off (reset by peer)", "no node; again in 30s");
    }

    @Test
    void aNodeThatIsNotThereAtFirstIsNotWaitedFor() {
        desk.node.noStream(away);
        assertThat(desk.run("watch")).isEqualTo(3);
        assertThat(desk.pauses).isEmpty();
    }

    @Test
    void followingTheJournalShowsWhatWasAndThenWhatIsOnce() throws IOException {
        desk.node.on("GET /v1/journal", 200, """
                {"changes": [
                {"id":17,"time":"2026-11-23T03:00:17Z","what":"route-added","site":"dc1","route":"b","instances":1,"source":"nats","reason":"r"},
                {"id":16,"time":"2026-11-23T03:00:16Z","what":"route-added","site":"dc1","route":"a","instances":1,"source":"nats","reason":"r"}
                ], "total": 18, "capacity": 10000, "next": 16}
                """);
        desk.node.stream(lines(change(17, "b"), change(18, "c"))).noStream(over);
        assertThat(desk.run("journal", "--follow", "--limit", "2")).isEqualTo(4);
        assertThat(desk.out.toString().lines().map(line -> line.replaceAll(".*dc1 *| 1 inst.*", "")))
                .containsExactly("a", "b", "c");
        assertThat(desk.node.asked.get(1)).isEqualTo("GET /v1/journal?limit=2");
        assertThat(desk.run("journal", "--follow", "--host", "x")).isEqualTo(2);
    }
}
