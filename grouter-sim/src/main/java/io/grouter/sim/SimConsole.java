package io.grouter.sim;

import io.grouter.sim.scenario.CommandParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Locale;

/** The commands that break and mend a running simulation, one line each. */
final class SimConsole {
    private final Simulation world;
    private final EventPrinter events;
    private final Operator operator;
    private final CommandParser commands;

    SimConsole(Simulation world, EventPrinter events) {
        this.world = world;
        this.events = events;
        this.operator = new Operator(world);
        SimOptions options = world.options();
        this.commands = new CommandParser(options.sites(), options.nodes(), options.goRouters(), options.processes());
    }

    /** Returns what can be typed. */
    static String help() {
        StringBuilder text = new StringBuilder("Commands:\n");
        CommandParser.FORMS.forEach(
                form -> text.append(String.format(Locale.ROOT, "  %-28s %s%n", form.text(), form.meaning())));
        text.append(String.format(
                Locale.ROOT, "  %-28s %s%n", "check", "ask every node for everything and compare (when all is well)"));
        return text.append("  help                         quit").toString();
    }

    /** Runs one line; returns false when it asks to end. What is wrong with it is said, and nothing else happens. */
    boolean execute(String line) {
        String text = line.strip().toLowerCase(Locale.ROOT);
        switch (text) {
            case "" -> {
                return true;
            }
            case "quit", "exit" -> {
                return false;
            }
            case "help" -> events.say(help());
            case "check" -> check();
            default -> run(text);
        }
        return true;
    }

    private void run(String line) {
        try {
            operator.execute(commands.parse(line));
            events.say("# " + line + ": done");
        } catch (IllegalArgumentException | IllegalStateException | IOException e) {
            events.say(String.valueOf(e.getMessage()));
        }
    }

    private void check() {
        StringWriter text = new StringWriter();
        new Checker(world).run(new PrintWriter(text, true));
        events.say(text.toString().stripTrailing());
    }
}
