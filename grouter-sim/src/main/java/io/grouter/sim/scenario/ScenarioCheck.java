package io.grouter.sim.scenario;

import io.grouter.app.ConfigTree;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Checks what concerns more than one key of a scenario: commands, names of sites, and the order of times. */
final class ScenarioCheck {
    private final Scenario scenario;
    private final List<String> problems = new ArrayList<>();

    private ScenarioCheck(Scenario scenario) {
        this.scenario = scenario;
    }

    /** Returns the problems, each with its place in the file. */
    static List<String> problems(Scenario scenario, ConfigTree.Section file) {
        ScenarioCheck check = new ScenarioCheck(scenario);
        check.steps(file);
        check.expectations(file);
        return check.problems;
    }

    private void steps(ConfigTree.Section file) {
        CommandParser commands = scenario.commands();
        Duration before = Duration.ZERO;
        for (int i = 0; i < scenario.steps().size(); i++) {
            Step step = scenario.steps().get(i);
            ConfigTree.Section at = item(file, "steps", i);
            try {
                commands.parse(step.run());
            } catch (IllegalArgumentException e) {
                problem(at, "run", "steps[" + i + "].run: " + e.getMessage());
            }
            if (step.at().compareTo(before) < 0) {
                problem(at, "at", "steps[" + i + "].at: is before the step above (expected: the order of time)");
            } else if (step.at().compareTo(scenario.duration()) >= 0) {
                problem(at, "at", "steps[" + i + "].at: is after the end (expected: less than duration)");
            }
            before = step.at();
        }
    }

    private void expectations(ConfigTree.Section file) {
        for (int i = 0; i < scenario.expect().size(); i++) {
            Expectation each = scenario.expect().get(i);
            ConfigTree.Section at = item(file, "expect", i);
            String path = "expect[" + i + "].";
            sites(at, path, "sites", each.sites());
            sites(at, path, "by", each.by());
            for (RequestClass of : each.of()) {
                if (!scenario.load().ask().contains(of)) {
                    problem(at, "of", path + "of: nobody asks for " + of.word() + " (expected: one of load.ask)");
                }
            }
            if (each.from().plus(each.within()).compareTo(scenario.duration()) > 0) {
                problem(at, "from", path + "from: ends after the end (expected: from + within up to duration)");
            } else if (each.from().compareTo(scenario.duration()) >= 0) {
                problem(at, "from", path + "from: is after the end (expected: less than duration)");
            }
        }
    }

    private void sites(ConfigTree.Section at, String path, String key, List<String> names) {
        for (String name : names) {
            if (!name.matches("dc[1-9]") || Integer.parseInt(name.substring(2)) > scenario.sites()) {
                problem(
                        at,
                        key,
                        path + key + ": no site \"" + name + "\" (there are dc1 to dc" + scenario.sites() + ")");
            }
        }
    }

    private void problem(ConfigTree.Section at, String key, String message) {
        ConfigTree value = at.entries().get(key);
        problems.add((value == null ? at : value).place() + ": " + message);
    }

    private static ConfigTree.Section item(ConfigTree.Section file, String list, int index) {
        if (file.entries().get(list) instanceof ConfigTree.Items items
                && items.items().get(index) instanceof ConfigTree.Section section) {
            return section;
        }
        throw new IllegalStateException(list + "[" + index + "] was bound but is not there");
    }
}
