package io.grouter.cli;

import io.grouter.cli.Session.Answer;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code grouter overrides}. */
@Command(
        name = "overrides",
        description = {
            "List what operators ordered for this site, with what still arrives at this node per second all the same:",
            "a drain is done when that is 0 on every node."
        })
final class OverridesCommand implements Callable<Integer> {
    private static final List<Column> COLUMNS = List.of(
            Column.text("ORDER").shrinkingTo(20),
            Column.text("WHO").shrinkingTo(6),
            Column.text("WHY").shrinkingTo(10),
            Column.number("LEFT"),
            Column.number("LAST 10S"),
            Column.number("LAST 60S").importance(2),
            Column.number("IN ALL").importance(1));

    private final Surroundings surroundings;

    @Mixin
    private final AdminOptions admin;

    OverridesCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
        this.admin = new AdminOptions(surroundings);
    }

    @Override
    public Integer call() {
        return admin.run(session -> {
            Answer answer = session.get("/v1/overrides");
            if (session.json()) {
                session.print(answer);
            } else {
                Instant now = surroundings.now();
                session.print(
                        COLUMNS,
                        answer.fields().objects("overrides").stream()
                                .map(each -> row(each, now))
                                .toList(),
                        "nothing is ordered: requests go where the rules send them");
            }
            return ExitCodes.OK;
        });
    }

    private static List<Cell> row(Fields override, Instant now) {
        Fields arrivals = override.object("arrivals");
        return List.of(
                new Cell(OverrideText.what(override), Ink.PLAIN),
                Cell.of(override.text("who")),
                Cell.of(override.text("why")),
                Cell.of(Figures.until(override.text("until"), now)),
                Cell.of(Figures.rate(arrivals.number("last10s"))),
                Cell.of(Figures.rate(arrivals.number("last60s"))),
                Cell.of(arrivals.has("total") ? Figures.count(arrivals.count("total")) : "-"));
    }
}
