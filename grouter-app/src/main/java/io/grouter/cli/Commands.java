package io.grouter.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * The commands that ask a node. A command is made only when it is needed, and the one that was typed can be had alone, so that
 * it starts fast.
 */
public final class Commands {
    private static final List<String> NAMES = List.of(
            "sites",
            "routes",
            "route",
            "explain",
            "nodes",
            "gorouters",
            "feed",
            "journal",
            "watch",
            "top",
            "drain",
            "undrain",
            "force",
            "unforce",
            "overrides",
            "override",
            "config",
            "log-level");

    private final Surroundings surroundings;

    private Commands(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** Adds all of them to a command line. */
    public static void addTo(CommandLine all) {
        new Commands(new SystemSurroundings()).add(all);
    }

    /** Returns the command of that name without any other, to be given the arguments after its name; empty if it is none of these. */
    public static Optional<CommandLine> alone(String name) {
        return new Commands(new SystemSurroundings()).make(name).map(made -> {
            made.getCommandSpec().name("grouter " + name);
            return made;
        });
    }

    static void addTo(CommandLine all, Surroundings surroundings) {
        new Commands(surroundings).add(all);
    }

    private void add(CommandLine all) {
        for (String name : NAMES) {
            make(name).ifPresent(made -> all.addSubcommand(name, made));
        }
        all.addSubcommand("completion", new CompletionCommand(surroundings));
    }

    private Optional<CommandLine> make(String name) {
        Object command = command(name);
        if (command == null) {
            return Optional.empty();
        }
        CommandLine made = new CommandLine(command);
        if (command instanceof OverrideCommand) {
            Map.of("list", "overrides", "force", "force", "unforce", "unforce")
                    .forEach((sub, same) -> make(same).ifPresent(each -> made.addSubcommand(sub, each)));
        }
        return Optional.of(made.setCaseInsensitiveEnumValuesAllowed(true));
    }

    private @Nullable Object command(String name) {
        return switch (name) {
            case "sites" -> new SitesCommand(surroundings);
            case "routes" -> new RoutesCommand(surroundings);
            case "route" -> new RouteCommand(surroundings);
            case "explain" -> new ExplainCommand(surroundings);
            case "nodes" -> new NodesCommand(surroundings);
            case "gorouters" -> new GoRoutersCommand(surroundings);
            case "feed" -> new FeedCommand(surroundings);
            case "journal" -> new JournalCommand(surroundings);
            case "watch" -> new WatchCommand(surroundings);
            case "top" -> new TopCommand(surroundings);
            case "drain" -> new DrainCommand(surroundings);
            case "undrain" -> new UndrainCommand(surroundings);
            case "force" -> new ForceCommand(surroundings);
            case "unforce" -> new UnforceCommand(surroundings);
            case "overrides" -> new OverridesCommand(surroundings);
            case "override" -> new OverrideCommand();
            case "config" -> new ConfigCommand(surroundings);
            case "log-level" -> new LogLevelCommand(surroundings);
            default -> null;
        };
    }
}
