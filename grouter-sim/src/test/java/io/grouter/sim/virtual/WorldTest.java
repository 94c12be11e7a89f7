package io.grouter.sim.virtual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import io.grouter.testing.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.slf4j.LoggerFactory;

/** Worlds in virtual time: what must hold does hold, and would not go unnoticed if it did not. */
class WorldTest {
    private static final Schedule.Size FIVE = new Schedule.Size(5, 2, 12);
    private static final Schedule.Size THREE = new Schedule.Size(3, 3, 12);
    private static final Schedule.Size TWO = new Schedule.Size(2, 1, 12);

    /** Fresh seeds at every build. */
    private static final int FRESH = 40;

    @BeforeAll
    static void quiet() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.getLogger("io.grouter.gossip").setLevel(Level.OFF);
    }

    private static World.Outcome run(Schedule schedule) {
        return new World(schedule, Mutation.NONE, note -> {}).run();
    }

    private static void holds(Schedule schedule) {
        Violation violation = run(schedule).violation();
        assertThat(violation)
                .as(
                        "./grouter simulate --sites %s --nodes %s --seed %s",
                        schedule.size().sites(), schedule.size().nodes(), schedule.seed())
                .isNull();
    }

    @Test
    void whatMustHoldHoldsInAFixedSetOfWorlds() {
        for (int seed = 1; seed <= 20; seed++) {
            holds(Schedule.of(seed, seed % 4 == 0 ? THREE : FIVE));
        }
    }

    @Test
    void whatMustHoldHoldsInFreshWorlds() {
        Random random = Seed.random("WorldTest.whatMustHoldHoldsInFreshWorlds");
        for (int i = 0; i < FRESH; i++) {
            int kind = random.nextInt(4);
            holds(Schedule.of(random.nextInt(1 << 30), kind == 0 ? TWO : kind == 1 ? THREE : FIVE));
        }
    }

    @Test
    void aSeedIsTheSameWorldEachTime() {
        for (long seed : List.of(3L, 4L)) {
            World.Outcome one = run(Schedule.of(seed, FIVE));
            World.Outcome other = run(Schedule.of(seed, FIVE));
            assertThat(other).isEqualTo(one);
            assertThat(run(Schedule.of(seed + 1, FIVE)).trace()).isNotEqualTo(one.trace());
        }
    }

    @Test
    void afterTheFaultsAllTablesAreEqualSoon() {
        World.Outcome calm = run(new Schedule(1, FIVE, List.of()));
        assertThat(calm.violation()).isNull();
        assertThat(calm.convergedMillis()).isZero();
        assertThat(calm.requests()).isPositive();
    }

    /** Each of these has shown, once, that something was wrong in Grouter. */
    @ParameterizedTest
    @CsvSource({
        // A site whose own way is longer than the one through a third site was passed on for ever.
        "65, 5, 2, 8 24100 25620 ISOLATE 1 0 0",
        // Without GoRouters HTTP answered 503 where DNS named a silent site.
        "20, 5, 2, '4 35200 50600 ISOLATE 3 0 0; 8 37600 53100 GOROUTERS_DOWN 3 0 0'",
        // The same, with a site that drains.
        "91, 5, 2, '5 15500 24700 GOROUTERS_DOWN 2 0 0; 9 24300 26600 DRAIN_SITE 5 1 0'",
        // A drained site served what DNS sent to a silent one.
        "5052, 2, 1, '3 24700 42700 CUT_ONE_WAY 2 1 0; 14 33600 35400 DRAIN_SITE 2 1 0'",
    })
    void whatWasFoundStaysMended(long seed, int sites, int nodes, String steps) {
        List<Step> list = new ArrayList<>();
        for (String text : steps.split(";")) {
            String[] words = text.trim().split(" ");
            list.add(new Step(
                    Integer.parseInt(words[0]),
                    Long.parseLong(words[1]),
                    Long.parseLong(words[2]),
                    Fault.valueOf(words[3]),
                    Integer.parseInt(words[4]),
                    Integer.parseInt(words[5]),
                    Integer.parseInt(words[6])));
        }
        holds(new Schedule(seed, new Schedule.Size(sites, nodes, 12), list));
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
    void aFaultOfGrouterItselfIsFound(Mutation mutation) {
        Invariant expected = switch (mutation) {
            case TRUSTS_EVERYBODY -> Invariant.NOTHING_INVENTED;
            case WRITES_FOREIGN_ROUTE -> Invariant.SINGLE_WRITER;
            case NEVER_REPAIRS, KEEPS_EVERYTHING -> Invariant.CONVERGENCE;
            case PREFERS_OTHERS -> Invariant.LOCAL_STAYS;
            case FORGETS_WHENCE -> Invariant.ONE_HOP;
            case IGNORES_FITNESS -> Invariant.FIT_FIRST;
            case FAILS_CLOSED -> Invariant.FAIL_OPEN;
            case DNS_NAMES_ALL -> Invariant.DNS_AGREES;
            case BABBLES -> Invariant.WAN_CAP;
            case NONE -> throw new IllegalArgumentException();
        };
        List<Invariant> found = new ArrayList<>();
        for (int seed = 1; seed <= 30 && !found.contains(expected); seed++) {
            Schedule schedule = mutation == Mutation.FORGETS_WHENCE ? sudden(seed) : Schedule.of(seed, FIVE);
            Violation violation =
                    new World(schedule, mutation, note -> {}).run().violation();
            if (violation != null) {
                found.add(violation.invariant());
            }
        }
        assertThat(found).contains(expected);
    }

    /** A site that cannot say that it has just lost its GoRouters: others send it what it cannot serve. */
    private static Schedule sudden(long seed) {
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            long from = 12_000 + 6_000L * i;
            steps.add(new Step(2 * i + 1, from, from + 2_800, Fault.ISOLATE, 2, 1, 0));
            steps.add(new Step(2 * i + 2, from, from + 2_800, Fault.GOROUTERS_DOWN, 2, 1, 0));
        }
        return new Schedule(seed, FIVE, steps);
    }

    @Test
    void whatWaitsOrIsHeldBeyondItsBoundIsFound() {
        Checks.bounds("dc1-1", 1_000, 9, 50, 50);
        assertThatThrownBy(() -> Checks.bounds("dc1-1", 100L << 20, 9, 50, 50)).isInstanceOf(Violation.class);
        assertThatThrownBy(() -> Checks.bounds("dc1-1", 1_000, 9, 51, 50)).isInstanceOf(Violation.class);
    }

    @Test
    void theShrinkerFindsTheOneFaultThatMatters() {
        for (int seed = 1; seed <= 60; seed++) {
            Schedule schedule = Schedule.of(seed, THREE);
            Violation violation = new World(schedule, Mutation.NEVER_REPAIRS, note -> {})
                    .run()
                    .violation();
            if (violation != null && schedule.steps().size() > 8) {
                Schedule small = new Shrinker(Mutation.NEVER_REPAIRS).shrink(schedule, violation.invariant());
                assertThat(small.steps()).hasSizeLessThan(schedule.steps().size());
                Violation again = new World(small, Mutation.NEVER_REPAIRS, note -> {})
                        .run()
                        .violation();
                assertThat(again).isNotNull();
                return;
            }
        }
        throw new AssertionError("no world to shrink");
    }
}
