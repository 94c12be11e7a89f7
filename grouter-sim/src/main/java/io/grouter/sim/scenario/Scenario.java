package io.grouter.sim.scenario;

import java.time.Duration;
import java.util.List;

/**
 * A scenario: sites, a constant load, what is done to them when, and what must be so.
 *
 * @param name what it shows, in one line
 * @param about more about it
 * @param duration how long the load runs
 * @param sites number of sites, 1 to 9
 * @param nodes nodes per site
 * @param goRouters GoRouters per site
 * @param processes whether each node is a process of its own
 * @param load what clients ask for
 * @param steps what is done, in order of time
 * @param expect what must be so
 */
public record Scenario(
        String name,
        String about,
        Duration duration,
        int sites,
        int nodes,
        int goRouters,
        boolean processes,
        LoadPlan load,
        List<Step> steps,
        List<Expectation> expect) {
    /** The longest scenario. */
    public static final Duration LONGEST = Duration.ofMinutes(10);

    private static final int MOST = 200;

    /** Checks the numbers; throws {@link IllegalArgumentException} that names the key. */
    public Scenario {
        steps = List.copyOf(steps);
        expect = List.copyOf(expect);
        between("sites", sites, 1, 9);
        between("nodes", nodes, 1, 9);
        between("goRouters", goRouters, 1, 9);
        between("steps", steps.size(), 0, MOST);
        if (duration.compareTo(Duration.ofSeconds(1)) < 0 || duration.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("duration: is out of bounds (expected: 1s to 10m)");
        }
        if (name.isBlank() || name.length() > 200) {
            throw new IllegalArgumentException("name: is empty or too long (expected: 1 to 200 characters)");
        }
        if (expect.isEmpty() || expect.size() > MOST) {
            throw new IllegalArgumentException(
                    "expect: has " + expect.size() + " items (expected: 1 to " + MOST + ", so that the run can fail)");
        }
    }

    private static void between(String key, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(key + ": is " + value + " (expected: " + least + " to " + most + ")");
        }
    }

    /** Returns the same with or without nodes as processes. */
    public Scenario withProcesses(boolean wanted) {
        return new Scenario(name, about, duration, sites, nodes, goRouters, wanted, load, steps, expect);
    }

    /** Returns what reads this scenario's commands. */
    public CommandParser commands() {
        return new CommandParser(sites, nodes, goRouters, processes);
    }
}
