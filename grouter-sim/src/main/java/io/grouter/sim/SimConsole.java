package io.grouter.sim;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Locale;
import java.util.Set;

/** The commands that break and mend a running simulation, one line each. */
final class SimConsole {
    static final String HELP = """
            Commands:
              stop nats dc1        start nats dc1         the site's NATS server
              stop gorouter dc1 2  start gorouter dc1 2   a GoRouter, as if its machine were gone
              drain gorouter dc1 2                        a GoRouter fails its health check but serves on
              stop node dc1 2      start node dc1 2       a Grouter node
              stop site dc2        start site dc2         a site's nodes, GoRouters and NATS, all at once
              push NAME dc2        delete NAME            an app NAME.apps.localhost, running in one site
              check                                       ask every node for everything and compare
              help                 quit""";

    private final Simulation world;
    private final EventPrinter events;

    SimConsole(Simulation world, EventPrinter events) {
        this.world = world;
        this.events = events;
    }

    /** Runs one line; returns false when it asks to end. What is wrong with it is said, and nothing else happens. */
    boolean execute(String line) {
        String[] words = line.trim().toLowerCase(Locale.ROOT).split("\\s+");
        try {
            switch (words[0]) {
                case "" -> {
                    return true;
                }
                case "quit", "exit" -> {
                    return false;
                }
                case "help" -> events.say(HELP);
                case "stop", "start", "drain" -> act(words);
                case "push" -> push(words);
                case "delete" -> delete(words);
                case "check" -> check();
                default -> throw new IllegalArgumentException("no command \"" + words[0] + "\" (try: help)");
            }
        } catch (IllegalArgumentException | IOException e) {
            events.say(String.valueOf(e.getMessage()));
        }
        return true;
    }

    private void act(String[] words) throws IOException {
        String what = words.length > 1 ? words[1] : "";
        SimSite site = site(words.length > 2 ? words[2] : "");
        boolean start = words[0].equals("start");
        if (words[0].equals("drain") && !what.equals("gorouter")) {
            throw new IllegalArgumentException("only a gorouter can be drained");
        }
        switch (what) {
            case "nats" -> nats(site, start);
            case "gorouter" ->
                goRouter(words[0], site, index(words, world.options().goRouters()));
            case "node" -> node(site, index(words, world.options().nodes()), start);
            case "site" -> site(site, start);
            default -> throw new IllegalArgumentException(words[0] + " what? (expected: nats, gorouter, node or site)");
        }
        events.say("# " + String.join(" ", words) + ": done");
    }

    private static void nats(SimSite site, boolean start) throws IOException {
        site.nats().close();
        if (start) {
            site.nats().start();
        }
    }

    private static void goRouter(String verb, SimSite site, int index) throws IOException {
        if (verb.equals("drain")) {
            site.goRouter(index).drain();
            return;
        }
        site.goRouter(index).close();
        if (verb.equals("start")) {
            site.goRouter(index).start();
        }
    }

    private static void node(SimSite site, int index, boolean start) throws IOException {
        site.stopNode(index);
        if (start) {
            site.startNode(index);
        }
    }

    private void site(SimSite site, boolean start) throws IOException {
        for (int node = 1; node <= world.options().nodes(); node++) {
            site.stopNode(node);
        }
        for (int i = 1; i <= world.options().goRouters(); i++) {
            goRouter(start ? "start" : "stop", site, i);
        }
        nats(site, start);
        if (start) {
            for (int node = 1; node <= world.options().nodes(); node++) {
                site.startNode(node);
            }
        }
    }

    private void push(String[] words) throws IOException {
        if (words.length != 3 || !words[1].matches("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")) {
            throw new IllegalArgumentException("expected: push NAME dc1");
        }
        Deployment app = new Deployment(
                words[1],
                words[1] + "." + Deployment.APP_DOMAIN,
                Set.of(site(words[2]).number()),
                1);
        if (world.deployments().stream().anyMatch(other -> other.uri().equals(app.uri()))) {
            throw new IllegalArgumentException(app.uri() + " is there already");
        }
        world.push(app);
    }

    private void delete(String[] words) {
        Deployment found = world.deployments().stream()
                .filter(app -> words.length == 2 && app.name().equals(words[1]))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("expected: delete NAME, with the name of an app"));
        world.delete(found);
    }

    private void check() {
        StringWriter text = new StringWriter();
        new Checker(world).run(new PrintWriter(text, true));
        events.say(text.toString().stripTrailing());
    }

    private SimSite site(String name) {
        return world.sites().stream()
                .filter(site -> site.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no site \"" + name + "\" (there are dc1 to dc"
                        + world.options().sites() + ")"));
    }

    private static int index(String[] words, int most) {
        String text = words.length > 3 ? words[3] : "1";
        if (!text.matches("[1-9]") || Integer.parseInt(text) > most) {
            throw new IllegalArgumentException("\"" + text + "\" (expected: 1 to " + most + ")");
        }
        return Integer.parseInt(text);
    }
}
