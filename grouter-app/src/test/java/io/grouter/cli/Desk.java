package io.grouter.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Somebody at a desk with a {@link FakeNode}: types commands, and keeps what they print. */
final class Desk implements Surroundings, Terminal {
    final FakeNode node = new FakeNode();
    final Map<String, String> environment = new HashMap<>();
    final StringWriter out = new StringWriter();
    final StringWriter err = new StringWriter();
    final List<Duration> pauses = new ArrayList<>();
    boolean terminal;
    String typed = "";
    Writer where = out;

    @Nullable
    Target target;

    @Command(name = "grouter")
    private static final class Root {}

    /** Runs a command; returns the exit code. */
    int run(String... arguments) {
        CommandLine commands = new CommandLine(new Root());
        Commands.addTo(commands, this);
        commands.setOut(new PrintWriter(out, true));
        commands.setErr(new PrintWriter(err, true));
        return commands.execute(arguments);
    }

    Target target() {
        return Objects.requireNonNull(target, "no node was asked");
    }

    @Override
    public @Nullable String environment(String name) {
        return environment.get(name);
    }

    @Override
    public String user() {
        return "ann";
    }

    @Override
    public Terminal terminal() {
        return this;
    }

    @Override
    public Writer out() {
        return where;
    }

    @Override
    public PrintWriter err() {
        return new PrintWriter(err, true);
    }

    @Override
    public Instant now() {
        return Instant.parse("2026-11-23T03:00:30Z");
    }

    @Override
    public void pause(Duration time) {
        pauses.add(time);
    }

    @Override
    public Api api(Target target) {
        this.target = target;
        return node;
    }

    @Override
    public boolean isInput() {
        return terminal;
    }

    @Override
    public boolean isOutput() {
        return terminal;
    }

    @Override
    public Size size() {
        return new Size(24, 80);
    }

    @Override
    public String readLine() {
        return typed;
    }

    @Override
    public Keys keys() {
        throw new UnsupportedOperationException("no keys here");
    }
}
