package io.grouter.sim.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grouter.sim.scenario.Command.Kind;
import io.grouter.sim.scenario.Command.Verb;
import io.grouter.sim.scenario.Command.Way;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** Commands as people and scenarios write them. */
class CommandParserTest {
    static final List<CommandParser.Form> FORMS = CommandParser.FORMS;

    private final CommandParser commands = new CommandParser(3, 2, 2, true);

    @ParameterizedTest
    @FieldSource("FORMS")
    void everyFormThatIsShownCanBeRead(CommandParser.Form form) {
        assertThat(commands.parse(form.text())).isNotNull();
    }

    @Test
    void wordsBecomeCommands() {
        assertThat(commands.parse("  Kill  node dc2 2 ")).isEqualTo(new Command.Part(Verb.KILL, Kind.NODE, 2, 2));
        assertThat(commands.parse("stop nats dc1")).isEqualTo(new Command.Part(Verb.STOP, Kind.NATS, 1, 1));
        assertThat(commands.parse("push a dc3,dc1")).isEqualTo(new Command.Push("a", Set.of(1, 3)));
        assertThat(commands.parse("undrain route a.b/c dc3")).isEqualTo(new Command.DrainRoute(3, "a.b/c", false));
        assertThat(commands.parse("certificates all")).isEqualTo(new Command.Certificates(0));
    }

    @Test
    void linksAreNamedInThreeWays() {
        assertThat(commands.parse("cut dc1 to dc2")).isEqualTo(new Command.Cut(List.of(new Way(1, 2))));
        assertThat(commands.parse("cut dc1 dc2")).isEqualTo(new Command.Cut(List.of(new Way(1, 2), new Way(2, 1))));
        assertThat(commands.parse("slow dc2 1s 1mbit"))
                .isEqualTo(new Command.Slow(
                        List.of(new Way(2, 1), new Way(1, 2), new Way(2, 3), new Way(3, 2)),
                        Duration.ofSeconds(1),
                        125_000));
        assertThat(((Command.Heal) commands.parse("heal")).ways())
                .contains(new Way(1, 2), new Way(2, 1), new Way(1, 3), new Way(3, 1), new Way(2, 3), new Way(3, 2));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "brake dc1 | no command \"brake\" (expected: stop, kill,",
                "ct dc1 dc2 | no command \"ct\" (did you mean cut?)",
                "stop | something is missing at the end (expected: node, gorouter, nats or site)",
                "stop house dc1 | \"house\" (expected: node, gorouter, nats, site)",
                "freeze gorouter dc1 | \"gorouter\" (expected: node, nats)",
                "kill node dc1 3 | \"3\" (expected: 1 to 2)",
                "kill node dc4 1 | no site \"dc4\" (there are dc1 to dc3)",
                "kill node dc1 1 now | \"now\" is too much (expected: the end)",
                "cut dc1 dc1 | a site has no link to itself (expected: two sites)",
                "slow dc1 dc2 | something is missing at the end (expected: a delay, such as 80ms)",
                "slow dc1 dc2 1h | \"1h\" (expected: a delay of 0ms to 10s)",
                "slow dc1 dc2 1s fast | \"fast\" (expected: a bandwidth, such as 500kbit or 10mbit)",
                "corrupt dc1 101% | \"101\" (expected: 0 to 100)",
                "corrupt dc1 half | \"half\" (expected: a share, 0% to 100%)",
                "storm dc1 99999 | \"99999\" (expected: 0 to 20000)",
                "push A_B dc1 | \"a_b\" (expected: a name of a-z, 0-9 and -)",
                "drain route .../../../ dc1?x | ",
            })
    void whatIsWrongIsSaidWithWhatIsAllowed(String line, String message) {
        assertThatThrownBy(() -> commands.parse(line))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message == null ? "" : message);
    }

    @Test
    void aNodeOfThisProcessCannotBeFrozen() {
        CommandParser inOne = new CommandParser(3, 2, 2, false);
        assertThatThrownBy(() -> inOne.parse("freeze node dc1 1")).hasMessageContaining("--nodes-as-processes");
        assertThat(inOne.parse("freeze nats dc1")).isEqualTo(new Command.Part(Verb.FREEZE, Kind.NATS, 1, 1));
    }
}
