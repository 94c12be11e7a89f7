package io.grouter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Drains and forces: what is sent, what is asked, what is refused. */
class OrdersTest {
    private static final String BODY = "{\"route\":\"hello.apps.example.com\",\"who\":\"ann\",\"why\":\"works\"";

    private final Desk desk = new Desk();

    @BeforeEach
    void answers() throws IOException {
        desk.node
                .on("POST /v1/drain?dryRun=true", "dry-run")
                .on("POST /v1/drain", "ordered")
                .on("POST /v1/force?dryRun=true", "dry-run")
                .on("POST /v1/force", "ordered")
                .on("DELETE /v1/force", "removed")
                .on("DELETE /v1/drain?who=bob&dryRun=true", "dry-run");
    }

    private int drain(String... more) {
        String[] all = new String[4 + more.length];
        all[0] = "drain";
        all[1] = "hello.apps.example.com";
        all[2] = "--why";
        all[3] = "works";
        System.arraycopy(more, 0, all, 4, more.length);
        return desk.run(all);
    }

    @Test
    void onATerminalItShowsWhatItWouldDoAndAsks() {
        desk.terminal = true;
        desk.typed = "y";
        assertThat(drain("--for", "2h")).isZero();
        assertThat(desk.node.asked)
                .containsExactly(
                        "POST /v1/drain?dryRun=true " + BODY + ",\"for\":\"2h\"}",
                        "POST /v1/drain " + BODY + ",\"for\":\"2h\"}");
        assertThat(desk.out.toString())
                .contains(
                        "1,180 would go elsewhere",
                        "4 routes would have no fit and fresh site",
                        "in effect: drain of hello");
        assertThat(desk.err.toString()).contains("Do it? [y/N]");
    }

    @Test
    void anyOtherAnswerThanYesChangesNothing() {
        desk.terminal = true;
        for (String answer : new String[] {"", "n", "maybe", "yy"}) {
            desk.typed = answer;
            assertThat(drain()).isEqualTo(1);
        }
        assertThat(desk.node.asked).hasSize(4).allMatch(each -> each.contains("dryRun=true"));
        assertThat(desk.err.toString()).contains("nothing was done");
    }

    @Test
    void withoutATerminalItTakesAYes() {
        assertThat(drain()).isEqualTo(2);
        assertThat(desk.err.toString()).contains("nothing was done", "--yes");
        assertThat(desk.node.asked).isEmpty();
        assertThat(drain("--yes", "--who", "bob", "--force")).isZero();
        assertThat(desk.node.asked)
                .containsExactly("POST /v1/drain " + BODY.replace("\"ann\"", "\"bob\"") + ",\"force\":true}");
    }

    @Test
    void aDryRunNeverChangesAnything() {
        assertThat(drain("--dry-run", "--yes")).isZero();
        assertThat(desk.run("force", "a.example.com", "dc2", "--why", "x", "-n"))
                .isZero();
        assertThat(desk.run("undrain", "--who", "bob", "--dry-run")).isZero();
        assertThat(desk.node.asked).hasSize(3).allMatch(each -> each.contains("dryRun=true"));
    }

    @Test
    void whatWouldBeRefusedIsNotAskedAbout() throws IOException {
        desk.terminal = true;
        desk.typed = "y";
        desk.node.on("POST /v1/drain?dryRun=true", "dry-run-refused");
        assertThat(drain()).isEqualTo(1);
        assertThat(desk.out.toString()).contains("refused without --force: this is the last site");
        assertThat(desk.node.asked).hasSize(1);
        assertThat(drain("--force")).isZero();
        assertThat(desk.node.asked).hasSize(3);
    }

    @Test
    void aRefusalSaysWhatForceDoes() {
        desk.node.problem(
                "POST /v1/drain", 409, "refused", "this is the last site; \"force\": true does it all the same");
        assertThat(drain("--yes")).isEqualTo(1);
        assertThat(desk.err.toString()).isEqualTo("grouter: this is the last site\n--force does it all the same.\n");
    }

    @Test
    void withoutARouteItIsTheWholeSite() {
        assertThat(desk.run("drain", "--why", "works", "--yes")).isZero();
        assertThat(desk.node.asked).containsExactly("POST /v1/drain {\"who\":\"ann\",\"why\":\"works\"}");
        assertThat(desk.run("drain")).isEqualTo(2);
    }

    @Test
    void forcesAreGivenAndTakenBackUnderBothNames() {
        assertThat(desk.run("override", "force", "a.example.com", "dc2", "--why", "x", "--yes"))
                .isZero();
        assertThat(desk.run("unforce", "a.example.com")).isZero();
        assertThat(desk.run("override", "unforce", "a.example.com", "--who", "bob"))
                .isZero();
        assertThat(desk.node.asked)
                .containsExactly(
                        "POST /v1/force {\"route\":\"a.example.com\",\"site\":\"dc2\",\"who\":\"ann\",\"why\":\"x\"}",
                        "DELETE /v1/force?route=a.example.com&who=ann",
                        "DELETE /v1/force?route=a.example.com&who=bob");
        assertThat(desk.run("override")).isEqualTo(2);
    }

    @Test
    void logLevelsAreChangedAndReset() throws IOException {
        desk.node.on("PUT /v1/loglevels", "loglevel");
        assertThat(desk.run("log-level", "io.grouter.gossip", "debug", "--for", "10m"))
                .isZero();
        assertThat(desk.out.toString())
                .isEqualTo("io.grouter.gossip: DEBUG until 2026-11-23 03:10:00Z, then as the logger above\n");
        assertThat(desk.run("log-level", "io.grouter.gossip", "reset")).isZero();
        assertThat(desk.run("log-level", "io.grouter.gossip", "LOUD")).isEqualTo(2);
        assertThat(desk.run("log-level", "io.grouter.gossip")).isEqualTo(2);
        assertThat(desk.node.asked)
                .containsExactly(
                        "PUT /v1/loglevels {\"logger\":\"io.grouter.gossip\",\"level\":\"DEBUG\",\"for\":\"10m\",\"who\":\"ann\"}",
                        "PUT /v1/loglevels {\"logger\":\"io.grouter.gossip\",\"level\":null,\"who\":\"ann\"}");
    }
}
