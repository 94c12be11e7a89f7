package io.grouter.cli;

import io.grouter.cli.Session.Answer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code grouter log-level}. */
@Command(
        name = "log-level",
        description = {
            "Change the level of one of the node's loggers for a while; without arguments, list the levels.",
            "It goes back by itself."
        })
final class LogLevelCommand implements Callable<Integer> {
    private static final List<Column> COLUMNS = List.of(
            Column.text("LOGGER").shrinkingTo(16),
            Column.text("LEVEL"),
            Column.text("BEFORE"),
            Column.text("UNTIL"),
            Column.text("WHO").shrinkingTo(6).importance(1));

    private final Surroundings surroundings;

    @Mixin
    private final AdminOptions admin;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "LOGGER",
            description = "Such as io.grouter.gossip; ROOT = all.")
    private @Nullable String logger;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "LEVEL",
            description = "${COMPLETION-CANDIDATES}; reset = back to what it was.")
    private @Nullable Level level;

    @Option(names = "--for", paramLabel = "TIME", description = "How long, such as 10m (default), at most 24h.")
    private @Nullable String time;

    LogLevelCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
        this.admin = new AdminOptions(surroundings);
    }

    /** Levels as the API calls them, and the way back. */
    enum Level {
        TRACE,
        DEBUG,
        INFO,
        WARN,
        ERROR,
        OFF,
        reset
    }

    @Override
    public Integer call() {
        return admin.run(session -> {
            if (logger == null) {
                return list(session);
            }
            if (level == null) {
                throw new CommandFailure(ExitCodes.USAGE, "LEVEL is missing", "");
            }
            Map<String, @Nullable Object> body = new LinkedHashMap<>();
            body.put("logger", logger);
            body.put("level", level == Level.reset ? null : level.name());
            if (time != null) {
                body.put("for", time);
            }
            body.put("who", surroundings.user());
            Answer answer = session.order("PUT", "/v1/loglevels", body);
            if (session.json()) {
                session.print(answer);
            } else {
                session.out().line(sentence(answer.fields().object("loglevel")));
            }
            return ExitCodes.OK;
        });
    }

    private static int list(Session session) throws CommandFailure, InterruptedException {
        Answer answer = session.get("/v1/loglevels");
        if (session.json()) {
            session.print(answer);
        } else {
            session.print(
                    COLUMNS,
                    answer.fields().objects("loglevels").stream()
                            .map(LogLevelCommand::row)
                            .toList(),
                    "no logger has a level of its own");
        }
        return ExitCodes.OK;
    }

    private static String sentence(Fields now) {
        String name = Printable.of(now.text("logger"));
        String level = now.has("level") ? Printable.of(now.text("level")) : "as the logger above";
        return name + ": " + level
                + (now.has("until")
                        ? " until " + Figures.time(now.text("until")) + ", then "
                                + (now.has("before") ? Printable.of(now.text("before")) : "as the logger above")
                        : "");
    }

    private static List<Cell> row(Fields each) {
        boolean changed = each.has("until");
        return List.of(
                Cell.of(each.text("logger")),
                Cell.of(each.has("level") ? each.text("level") : "-", changed ? Ink.WARN : Ink.PLAIN),
                Cell.of(each.has("before") ? each.text("before") : "-"),
                Cell.of(changed ? Figures.time(each.text("until")) : "-"),
                Cell.of(each.text("who")));
    }
}
