package io.grouter.cli;

import io.grouter.cli.Session.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code grouter route}. */
@Command(
        name = "route",
        description =
                "Show one route: where a plain GET for it goes now and why, what each site offers, its instances here.")
final class RouteCommand implements Callable<Integer> {
    private static final List<Column> OFFERS = List.of(
            Column.text(""),
            Column.text("SITE"),
            Column.number("INSTANCES"),
            Column.text("STATE"),
            Column.number("HEARD"),
            Column.number("EQUAL").importance(2),
            Column.text("FROM"),
            Column.number("INCARNATION").importance(1),
            Column.number("SEQUENCE").importance(1),
            Column.text("NOTES").shrinkingTo(8).importance(3));

    private static final List<Column> ENDPOINTS = List.of(
            Column.text("ENDPOINT"),
            Column.number("INDEX"),
            Column.text("INSTANCE").shrinkingTo(8),
            Column.text("TLS"),
            Column.number("HEARD"),
            Column.text("ZONE").shrinkingTo(4).importance(2),
            Column.text("SEGMENT").shrinkingTo(4).importance(1));

    @Mixin
    private final AdminOptions admin;

    @Parameters(paramLabel = "ROUTE", description = "host or host/path, exactly as registered.")
    private String route = "";

    RouteCommand(Surroundings surroundings) {
        this.admin = new AdminOptions(surroundings);
    }

    @Override
    public Integer call() {
        return admin.run(session -> {
            Answer answer = session.get("/v1/routes/" + Query.path(route));
            if (session.json()) {
                session.print(answer);
            } else {
                show(session, answer.fields().object("route"));
            }
            return ExitCodes.OK;
        });
    }

    private static void show(Session session, Fields route) {
        Output out = session.out();
        Fields winner = route.object("winner");
        String notes = RoutesCommand.notes(route);
        out.line(Ink.BOLD.on(Printable.of(route.text("route")), session.colours()) + ": " + route.text("state")
                + (notes.isEmpty() ? "" : "; " + Printable.of(notes)));
        if (!route.text("app").isEmpty()) {
            out.line("app " + Printable.of(route.text("app")));
        }
        out.line("a plain GET is " + Decisions.toWhere(winner) + ": " + Printable.of(winner.text("text")) + " ("
                + Printable.of(winner.text("reason")) + ")");
        Fields override = route.object("override");
        if (override.has("kind")) {
            out.line("ordered: " + OverrideText.sentence(override));
        }
        out.line("");
        session.print(
                OFFERS,
                route.objects("offers").stream().map(RouteCommand::offer).toList(),
                "no site offers it");
        if (!route.objects("endpoints").isEmpty()) {
            out.line("");
            session.print(
                    ENDPOINTS,
                    route.objects("endpoints").stream()
                            .map(RouteCommand::endpoint)
                            .toList(),
                    "");
        }
    }

    private static List<Cell> offer(Fields offer) {
        String via = offer.text("via");
        return List.of(
                Cell.of(offer.flag("winner") ? "*" : "", Ink.GOOD),
                Cell.of(offer.text("site")),
                Cell.of(offer.text("instances")),
                SiteText.freshness(offer.text("freshness")),
                Cell.of(Figures.age(offer.number("ageSeconds"))),
                Cell.of(Figures.age(offer.number("equalSecondsAgo"))),
                Cell.of(offer.text("origin") + (via.isEmpty() ? "" : " by " + via)),
                Cell.of(offer.has("incarnation") ? offer.text("incarnation") : "-"),
                Cell.of(offer.has("sequence") ? offer.text("sequence") : "-"),
                Cell.of(notes(offer), Ink.WARN));
    }

    private static String notes(Fields offer) {
        List<String> notes = new ArrayList<>();
        if (!offer.flag("fit")) {
            notes.add("takes no requests");
        }
        if (offer.flag("draining")) {
            notes.add("draining");
        }
        if (offer.flag("withdrawalHeld")) {
            notes.add("withdrawn, held back");
        }
        if (offer.has("redirect")) {
            notes.add("redirect " + offer.text("redirect"));
        }
        if (!offer.texts("regions").isEmpty()) {
            notes.add("only in " + String.join(", ", offer.texts("regions")));
        }
        return String.join("; ", notes);
    }

    private static List<Cell> endpoint(Fields endpoint) {
        @Nullable Double age = endpoint.number("ageSeconds");
        return List.of(
                Cell.of(endpoint.text("address")),
                Cell.of(endpoint.text("instanceIndex")),
                Cell.of(endpoint.text("instanceId")),
                Cell.of(endpoint.flag("tls") ? "yes" : "no"),
                Cell.of(Figures.age(age)),
                Cell.of(endpoint.text("availabilityZone")),
                Cell.of(endpoint.text("isolationSegment")));
    }
}
