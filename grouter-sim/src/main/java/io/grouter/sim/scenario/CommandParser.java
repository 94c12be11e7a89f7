package io.grouter.sim.scenario;

import io.grouter.app.Nearest;
import io.grouter.route.Durations;
import io.grouter.sim.scenario.Command.Kind;
import io.grouter.sim.scenario.Command.Verb;
import io.grouter.sim.scenario.Command.Way;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads commands, as people type them and as scenarios hold them. What is wrong with one is said in an
 * {@link IllegalArgumentException}, with what would be allowed.
 */
public final class CommandParser {
    /**
     * How a command is written.
     *
     * @param text its words; capitals stand for what varies
     * @param meaning what it does
     */
    public record Form(String text, String meaning) {}

    /** All forms, in the order in which they are shown. */
    public static final List<Form> FORMS = List.of(
            new Form("stop node dc1 2", "end a node as SIGTERM does: its requests end first"),
            new Form("kill node dc1 2", "end it at once"),
            new Form("freeze node dc1 2", "stop it in its tracks (only with nodes as processes)"),
            new Form("thaw node dc1 2", "let it go on"),
            new Form("start node dc1 2", "start it again"),
            new Form("restart site dc1", "restart all its nodes, one after the other"),
            new Form("stop nats dc1", "the site's NATS server is gone; also: kill, freeze, thaw, start"),
            new Form("stop gorouter dc1 2", "a GoRouter is gone; also: kill, start"),
            new Form("drain gorouter dc1 2", "it fails its health check and serves on"),
            new Form("kill site dc2", "its nodes, GoRouters and NATS, all at once; also: stop, start"),
            new Form("drain site dc1", "an operator sends its requests elsewhere; undrain site dc1"),
            new Form("drain route HOST dc1", "likewise for one route there; undrain route HOST dc1"),
            new Form("push NAME dc2,dc3", "an app NAME.apps.localhost in these sites"),
            new Form("delete NAME", "an app is gone from all sites"),
            new Form("storm dc1 2000", "so many routes registered at once; 0 unregisters them"),
            new Form("cut dc1 dc2", "nothing gets through between two sites; cut dc1: between it and all others"),
            new Form("cut dc1 to dc2", "nothing gets through in this direction"),
            new Form("slow dc1 dc2 80ms 500kbit", "delay and, if wanted, bandwidth per second; all forms of cut"),
            new Form("corrupt dc1 dc2 5%", "share of the pieces with a wrong byte; all forms of cut"),
            new Form("heal", "all links are as before; heal dc1 dc2: those between two sites"),
            new Form(
                    "certificates dc1",
                    "new certificate for the site's nodes; all: of a new authority, for all sites"));

    private static final Pattern APP = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final Pattern HOST = Pattern.compile("[a-z0-9.-]{1,253}(/\\S{0,200})?");
    private static final Pattern BANDWIDTH = Pattern.compile("([1-9]\\d{0,5})(kbit|mbit)");
    private static final int MOST_ROUTES = 20_000;
    private static final Duration MOST_DELAY = Duration.ofSeconds(10);

    private final int sites;
    private final int nodes;
    private final int goRouters;
    private final boolean processes;

    /**
     * Makes one for sites of a certain shape.
     *
     * @param processes whether each node is a process of its own
     */
    public CommandParser(int sites, int nodes, int goRouters, boolean processes) {
        this.sites = sites;
        this.nodes = nodes;
        this.goRouters = goRouters;
        this.processes = processes;
    }

    /** Returns the command in a line. */
    public Command parse(String line) {
        Deque<String> words = new ArrayDeque<>(
                Arrays.asList(line.strip().toLowerCase(Locale.ROOT).split("\\s+")));
        String verb = words.removeFirst();
        Command command = switch (verb) {
            case "start", "stop", "kill", "freeze", "thaw" -> part(Verb.valueOf(verb.toUpperCase(Locale.ROOT)), words);
            case "drain", "undrain" -> drain(verb.equals("drain"), words);
            case "restart" -> restart(words);
            case "push" -> push(words);
            case "delete" -> new Command.Delete(app(next(words, "the name of an app")));
            case "storm" -> new Command.Storm(site(words), number(next(words, "how many routes"), 0, MOST_ROUTES));
            case "cut" -> new Command.Cut(ways(words));
            case "slow" -> new Command.Slow(ways(words), delay(words), bandwidth(words));
            case "corrupt" -> new Command.Corrupt(ways(words), percent(words));
            case "heal" -> new Command.Heal(words.isEmpty() ? allWays() : ways(words));
            case "certificates" -> certificates(words);
            default -> throw new IllegalArgumentException("no command \"" + verb + "\" (" + hint(verb) + ")");
        };
        if (!words.isEmpty()) {
            throw new IllegalArgumentException("\"" + String.join(" ", words) + "\" is too much (expected: the end)");
        }
        return command;
    }

    private static String hint(String verb) {
        List<String> verbs =
                FORMS.stream().map(form -> form.text().split(" ")[0]).distinct().toList();
        String nearest = Nearest.of(verb, verbs);
        return nearest == null ? "expected: " + String.join(", ", verbs) : "did you mean " + nearest + "?";
    }

    private static String next(Deque<String> words, String expected) {
        if (words.isEmpty()) {
            throw new IllegalArgumentException("something is missing at the end (expected: " + expected + ")");
        }
        return words.removeFirst();
    }

    private static <T> T one(String word, List<T> allowed, Function<T, String> text) {
        List<String> words = allowed.stream().map(text).toList();
        int at = words.indexOf(word);
        if (at < 0) {
            throw new IllegalArgumentException("\"" + word + "\" (expected: " + String.join(", ", words) + ")");
        }
        return allowed.get(at);
    }

    private static String word(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    private Command part(Verb verb, Deque<String> words) {
        List<Kind> allowed = switch (verb) {
            case FREEZE, THAW -> List.of(Kind.NODE, Kind.NATS);
            default -> List.of(Kind.values());
        };
        Kind kind = one(next(words, "node, gorouter, nats or site"), allowed, CommandParser::word);
        if (kind == Kind.NODE && (verb == Verb.FREEZE || verb == Verb.THAW) && !processes) {
            throw new IllegalArgumentException("a node of this process cannot be frozen or thawed"
                    + " (expected: --nodes-as-processes, or processes: true in the scenario)");
        }
        int site = site(words);
        return new Command.Part(verb, kind, site, index(kind, words));
    }

    private int index(Kind kind, Deque<String> words) {
        boolean several = kind == Kind.NODE || kind == Kind.GOROUTER;
        if (!several || words.isEmpty()) {
            return 1;
        }
        return number(words.removeFirst(), 1, kind == Kind.NODE ? nodes : goRouters);
    }

    private Command drain(boolean begin, Deque<String> words) {
        List<String> allowed = begin ? List.of("site", "route", "gorouter") : List.of("site", "route");
        return switch (one(next(words, String.join(", ", allowed)), allowed, Function.identity())) {
            case "site" -> new Command.DrainSite(site(words), begin);
            case "gorouter" -> new Command.Part(Verb.DRAIN, Kind.GOROUTER, site(words), index(Kind.GOROUTER, words));
            default -> {
                String route = next(words, "a route, host or host/path");
                if (!HOST.matcher(route).matches()) {
                    throw new IllegalArgumentException("\"" + route + "\" (expected: a route, host or host/path)");
                }
                yield new Command.DrainRoute(site(words), route, begin);
            }
        };
    }

    private Command restart(Deque<String> words) {
        String kind = one(next(words, "site"), List.of("site"), Function.identity());
        assert kind.equals("site");
        return new Command.Restart(site(words));
    }

    private Command push(Deque<String> words) {
        String name = app(next(words, "a name"));
        Set<Integer> in = new TreeSet<>();
        for (String each : next(words, "sites, such as dc1 or dc1,dc2").split(",", -1)) {
            in.add(site(each));
        }
        return new Command.Push(name, in);
    }

    private static String app(String name) {
        if (!APP.matcher(name).matches()) {
            throw new IllegalArgumentException("\"" + name + "\" (expected: a name of a-z, 0-9 and -)");
        }
        return name;
    }

    private Command certificates(Deque<String> words) {
        if ("all".equals(words.peekFirst())) {
            words.removeFirst();
            return new Command.Certificates(0);
        }
        return new Command.Certificates(site(words));
    }

    // ---- links

    private List<Way> allWays() {
        List<Way> all = new ArrayList<>();
        for (int site = 1; site <= sites; site++) {
            all.addAll(waysOf(site));
        }
        return all;
    }

    private List<Way> waysOf(int site) {
        List<Way> all = new ArrayList<>();
        for (int other = 1; other <= sites; other++) {
            if (other != site) {
                all.add(new Way(site, other));
                all.add(new Way(other, site));
            }
        }
        return all;
    }

    private List<Way> ways(Deque<String> words) {
        int from = site(words);
        boolean oneWay = "to".equals(words.peekFirst());
        if (oneWay) {
            words.removeFirst();
        } else if (words.isEmpty() || !words.getFirst().startsWith("dc")) {
            return waysOf(from);
        }
        int to = site(words);
        if (from == to) {
            throw new IllegalArgumentException("a site has no link to itself (expected: two sites)");
        }
        return oneWay ? List.of(new Way(from, to)) : List.of(new Way(from, to), new Way(to, from));
    }

    private static Duration delay(Deque<String> words) {
        String word = next(words, "a delay, such as 80ms");
        try {
            Duration delay = Durations.parse(word);
            if (delay.compareTo(MOST_DELAY) <= 0) {
                return delay;
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("\"" + word + "\" (expected: a delay of 0ms to 10s)", e);
        }
        throw new IllegalArgumentException("\"" + word + "\" (expected: a delay of 0ms to 10s)");
    }

    private static long bandwidth(Deque<String> words) {
        if (words.isEmpty()) {
            return 0;
        }
        String word = words.removeFirst();
        Matcher parts = BANDWIDTH.matcher(word);
        if (!parts.matches()) {
            throw new IllegalArgumentException("\"" + word + "\" (expected: a bandwidth, such as 500kbit or 10mbit)");
        }
        return Long.parseLong(parts.group(1)) * (parts.group(2).equals("kbit") ? 125 : 125_000);
    }

    private static int percent(Deque<String> words) {
        String word = next(words, "a share, such as 5%");
        if (!word.matches("\\d{1,3}%")) {
            throw new IllegalArgumentException("\"" + word + "\" (expected: a share, 0% to 100%)");
        }
        return number(word.substring(0, word.length() - 1), 0, 100);
    }

    // ---- numbers

    private int site(Deque<String> words) {
        return site(next(words, "a site, dc1 to dc" + sites));
    }

    private int site(String word) {
        if (word.matches("dc[1-9]\\d?") && Integer.parseInt(word.substring(2)) <= sites) {
            return Integer.parseInt(word.substring(2));
        }
        throw new IllegalArgumentException("no site \"" + word + "\" (there are dc1 to dc" + sites + ")");
    }

    private static int number(String word, int least, int most) {
        if (word.matches("\\d{1,6}") && Integer.parseInt(word) >= least && Integer.parseInt(word) <= most) {
            return Integer.parseInt(word);
        }
        throw new IllegalArgumentException("\"" + word + "\" (expected: " + least + " to " + most + ")");
    }
}
