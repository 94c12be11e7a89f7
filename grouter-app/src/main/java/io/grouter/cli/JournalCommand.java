package io.grouter.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code grouter journal}. */
@Command(
        name = "journal",
        description =
                "Show what changed, when and why, newest first; with --follow oldest first, and then what happens.")
final class JournalCommand implements Callable<Integer> {
    @Mixin
    private final AdminOptions admin;

    @Option(
            names = "--since",
            paramLabel = "WHEN",
            description = "Of the last while (10m), after a time (RFC 3339) or an id.")
    private @Nullable String since;

    @Option(names = "--host", paramLabel = "TEXT", description = "Of routes whose host contains this.")
    private @Nullable String host;

    @Option(names = "--site", paramLabel = "SITE", description = "Of this site.")
    private @Nullable String site;

    @Option(names = "--kind", paramLabel = "KINDS", description = "Of these kinds, such as route-added,route-removed.")
    private @Nullable String kind;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "At most so many (default: 100, with --since all, with --follow 10).")
    private @Nullable Long limit;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what happens, until Ctrl-C.")
    private boolean follow;

    JournalCommand(Surroundings surroundings) {
        this.admin = new AdminOptions(surroundings);
    }

    @Override
    public Integer call() {
        return admin.run(session -> {
            if (follow) {
                follow(session, pages(Limits.atLeastOne(limit, 10)));
            } else {
                pages(Limits.atLeastOne(limit, since == null ? 100 : Long.MAX_VALUE))
                        .print(session, ChangeText.COLUMNS, ChangeText::row, "no changes");
            }
            return ExitCodes.OK;
        });
    }

    private Pages pages(long most) {
        return new Pages("changes", "before", this::query, most);
    }

    private Query query() {
        return new Query("/v1/journal")
                .with("since", since)
                .with("host", host)
                .with("site", site)
                .with("kind", kind);
    }

    private void follow(Session session, Pages before) throws CommandFailure, InterruptedException {
        if (host != null || site != null || kind != null || (limit != null && limit > 1000)) {
            throw new CommandFailure(
                    ExitCodes.USAGE,
                    "--follow goes with --since and a --limit up to 1000 only",
                    "grep narrows it down.");
        }
        EventText text = new EventText(session);
        new EventFollower(session, "/v1/events?types=journal").follow(new EventFollower.Listener() {
            private long shown = -1;

            @Override
            public void opened() throws CommandFailure, InterruptedException {
                List<Fields> past = new ArrayList<>();
                before.walk(
                        session, (answer, more) -> past.addAll(answer.fields().objects("changes")));
                for (int i = past.size() - 1; i >= 0; i--) {
                    shown = past.get(i).count("id");
                    text.print("journal", "", Json.text(past.get(i).values()));
                }
                session.out().flush();
            }

            @Override
            public void event(String type, String id, String data) {
                if (type.equals("lost")) {
                    shown = -1; // perhaps another process, which counts anew
                } else if (type.equals("journal") && isShown(data)) {
                    return;
                }
                text.print(type, id, data);
            }

            private boolean isShown(String data) {
                try {
                    return Json.object(data).count("id") <= shown;
                } catch (IllegalArgumentException e) {
                    return false;
                }
            }
        });
    }
}
