package io.grouter.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code grouter routes}. */
@Command(name = "routes", description = "List routes with the sites that have them. Options narrow the list down.")
final class RoutesCommand implements Callable<Integer> {
    private static final List<Column> COLUMNS = List.of(
            Column.text("ROUTE").shrinkingTo(24),
            Column.text("STATE"),
            Column.text("SITES").shrinkingTo(16),
            Column.text("APP").shrinkingTo(8).importance(1),
            Column.text("NOTES").shrinkingTo(8).importance(2));

    @Mixin
    private final AdminOptions admin;

    @Option(names = "--host", paramLabel = "TEXT", description = "Whose host contains this.")
    private @Nullable String host;

    @Option(names = "--path", paramLabel = "PATH", description = "Whose path starts with this; / = that have a path.")
    private @Nullable String path;

    @Option(names = "--site", paramLabel = "SITE", description = "That this site has.")
    private @Nullable String site;

    @Option(names = "--state", paramLabel = "STATE", description = "That are so: ${COMPLETION-CANDIDATES}.")
    private @Nullable State state;

    @Option(names = "--app", paramLabel = "ID", description = "Of this app.")
    private @Nullable String app;

    @Option(names = "--org", paramLabel = "NAME", description = "Of this site and this organization, by name or id.")
    private @Nullable String org;

    @Option(names = "--space", paramLabel = "NAME", description = "Of this site and this space, by name or id.")
    private @Nullable String space;

    @Option(names = "--pin", paramLabel = "REGION", description = "Whose app is pinned to this region; '*' = to any.")
    private @Nullable String pin;

    @Option(
            names = "--sort",
            paramLabel = "ORDER",
            description = "${COMPLETION-CANDIDATES}: most instances, fewest sites.")
    private @Nullable Sort sort;

    @Option(names = "--limit", paramLabel = "N", description = "Show at most so many (default: all).")
    private @Nullable Long limit;

    RoutesCommand(Surroundings surroundings) {
        this.admin = new AdminOptions(surroundings);
    }

    /** As the API calls them. */
    enum State {
        local,
        remote,
        everywhere,
        empty,
        stale,
        conflict,
        drained
    }

    /** As the API calls them. */
    enum Sort {
        route,
        instances,
        sites
    }

    @Override
    public Integer call() {
        return admin.run(session -> {
            long most = Limits.atLeastOne(limit, Long.MAX_VALUE);
            new Pages("routes", "after", this::query, most).print(session, COLUMNS, RoutesCommand::row, "no routes");
            return ExitCodes.OK;
        });
    }

    private Query query() {
        return new Query("/v1/routes")
                .with("host", host)
                .with("path", path)
                .with("site", site)
                .with("state", state)
                .with("app", app)
                .with("org", org)
                .with("space", space)
                .with("pin", pin)
                .with("sort", sort);
    }

    private static List<Cell> row(Fields route) {
        return List.of(
                Cell.of(route.text("route")),
                state(route),
                Cell.of(sites(route)),
                Cell.of(route.text("app"), Ink.FAINT),
                Cell.of(notes(route), Ink.WARN));
    }

    static Cell state(Fields route) {
        String state = route.text("state");
        return Cell.of(state, state.equals("empty") ? Ink.WARN : Ink.PLAIN);
    }

    private static String sites(Fields route) {
        return route.objects("sites").stream()
                .map(each -> each.text("site") + ":" + each.text("instances")
                        + (List.of("LOCAL", "FRESH").contains(each.text("freshness"))
                                ? ""
                                : "(" + SiteText.lower(each.text("freshness")) + ")"))
                .collect(Collectors.joining(" "));
    }

    static String notes(Fields route) {
        List<String> notes = new ArrayList<>();
        if (route.flag("drained")) {
            notes.add("drained");
        }
        if (route.flag("conflict")) {
            notes.add("conflict");
        }
        if (!route.texts("regions").isEmpty()) {
            notes.add("pinned to " + String.join(", ", route.texts("regions")));
        }
        return String.join("; ", notes);
    }
}
