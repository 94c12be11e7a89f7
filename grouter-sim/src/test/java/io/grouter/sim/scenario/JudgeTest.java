package io.grouter.sim.scenario;

import static io.grouter.sim.scenario.Runs.judge;
import static io.grouter.sim.scenario.Runs.sample;
import static io.grouter.sim.scenario.Runs.visit;
import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.sim.scenario.Visit.Way;
import org.junit.jupiter.api.Test;

/** Whether expectations hold. */
class JudgeTest {
    private final Measurements seen = Runs.empty();

    @Test
    void oneFailureIsEnough() {
        seen.add(visit(1, RequestClass.LOCAL, 1, Way.FORWARDED, 1));
        assertThat(judge(seen, "that: no-failures, of: [local]").held()).isTrue();
        seen.add(visit(2, RequestClass.LOCAL, 1, Way.FAILED, 0));
        Verdict verdict = judge(seen, "that: no-failures, of: [local]");
        assertThat(verdict.held()).isFalse();
        assertThat(verdict.found()).contains("2 requests, 1 failed").contains("local app at dc1-1: 503 at 2.00 s");
    }

    @Test
    void onlyWhatIsMeantCounts() {
        seen.add(visit(1, RequestClass.LOCAL, 1, Way.FORWARDED, 1));
        seen.add(visit(2, RequestClass.LOCAL, 2, Way.FAILED, 0));
        seen.add(visit(2, RequestClass.BOTH, 1, Way.FAILED, 0));
        seen.add(visit(5, RequestClass.LOCAL, 1, Way.FAILED, 0));
        assertThat(judge(seen, "that: no-failures, of: [local], sites: [dc1], until: 5s")
                        .held())
                .isTrue();
        assertThat(judge(seen, "that: no-failures, of: [local], sites: [dc1], from: 5s")
                        .held())
                .isFalse();
    }

    @Test
    void whatNobodyAskedDoesNotHold() {
        assertThat(judge(seen, "that: no-failures, of: [local]").held()).isFalse();
        assertThat(judge(seen, "that: answered-by, of: [local], by: [dc1]").held())
                .isFalse();
        assertThat(judge(seen, "that: converged, within: 5s").held()).isFalse();
    }

    @Test
    void cutOffsCountUnlessTheyAreExpected() {
        seen.add(Runs.cutOff(1));
        assertThat(judge(seen, "that: no-failures, of: [local]").held()).isFalse();
        assertThat(judge(seen, "that: no-failures, of: [local], cutOffs: true").held())
                .isTrue();
    }

    @Test
    void answersComeFromWhereTheyMust() {
        seen.add(visit(1, RequestClass.BOTH, 1, Way.FORWARDED, 1));
        seen.add(visit(1, RequestClass.BOTH, 1, Way.FAILED, 0));
        assertThat(judge(seen, "that: answered-by, of: [both], by: [dc1]").held())
                .isTrue();
        assertThat(judge(seen, "that: answered-by, of: [both], how: [forwarded]")
                        .held())
                .isTrue();
        seen.add(visit(2, RequestClass.BOTH, 1, Way.RELAYED, 2));
        Verdict verdict = judge(seen, "that: answered-by, of: [both], by: [dc1]");
        assertThat(verdict.held()).isFalse();
        assertThat(verdict.found()).contains("relayed, by dc2 at 2.00 s");
        assertThat(judge(seen, "that: answered-by, of: [both], by: [dc1, dc2]").held())
                .isTrue();
        assertThat(judge(seen, "that: answered-by, of: [both], how: [forwarded]")
                        .held())
                .isFalse();
    }

    @Test
    void tablesAreEqualAtTheEndOfTheTime() {
        seen.add(sample(1, "", ""));
        seen.add(sample(2, "", "dc2-1 sees dc1 as SUSPECT"));
        seen.add(sample(4, "", ""));
        seen.add(sample(7, "dc1-1 feed is LOST", ""));
        Verdict verdict = judge(seen, "that: converged, from: 1s, within: 4s");
        assertThat(verdict.held()).isTrue();
        assertThat(verdict.found()).isEqualTo("equal after 1 s");
        assertThat(judge(seen, "that: converged, from: 1s, within: 2s").held()).isFalse();
        assertThat(judge(seen, "that: converged, from: 1s, within: 7s").found()).contains("dc1-1 feed is LOST");
    }

    @Test
    void aSiteThatIsDownDoesNotCountUnlessAllAre() {
        seen.add(sample(1, Measurements.Sample.DOWN, ""));
        assertThat(judge(seen, "that: converged, within: 2s").held()).isTrue();
        seen.add(sample(2, Measurements.Sample.DOWN, Measurements.Sample.DOWN));
        assertThat(judge(seen, "that: converged, within: 2s").held()).isFalse();
    }

    @Test
    void aStepThatCouldNotBeDoneDoesNotHold() {
        seen.add(Runs.step(1, "cut dc1 dc2"));
        assertThat(new Judge(seen).steps().held()).isTrue();
        seen.add(new Measurements.Done(2, 1, "drain site dc1", "refused: <why>"));
        assertThat(new Judge(seen).steps().held()).isFalse();
        assertThat(new Judge(seen).steps().found()).isEqualTo("drain site dc1: refused: <why>");
    }
}
