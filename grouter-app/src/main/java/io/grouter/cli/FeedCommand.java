package io.grouter.cli;

import io.grouter.cli.Session.Answer;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code grouter feed}. */
@Command(name = "feed", description = "Show what is heard over the site's NATS, and how far it is trusted.")
final class FeedCommand implements Callable<Integer> {
    @Mixin
    private final AdminOptions admin;

    FeedCommand(Surroundings surroundings) {
        this.admin = new AdminOptions(surroundings);
    }

    @Override
    public Integer call() {
        return admin.run(session -> {
            Answer answer = session.get("/v1/feed");
            if (session.json()) {
                session.print(answer);
            } else {
                show(session, answer.fields().object("feed"));
            }
            return ExitCodes.OK;
        });
    }

    private static void show(Session session, Fields feed) {
        Output out = session.out();
        out.line("state     " + state(feed).ink().on(state(feed).text(), session.colours()) + ": "
                + Printable.of(feed.text("why")));
        out.line("table     " + (feed.flag("complete") ? "complete" : "not complete") + ", "
                + Figures.count(feed.count("routes"), "route") + ", "
                + Figures.count(feed.count("endpoints"), "endpoint"));
        out.line("server    "
                + (feed.flag("connected") ? Printable.of(feed.text("server")) : "not connected") + ", of "
                + Printable.of(String.join(" ", feed.texts("servers"))) + "; connected "
                + Figures.count(feed.count("connects"), "time"));
        out.line("heard     "
                + (feed.has("heardSecondsAgo") ? Figures.age(feed.number("heardSecondsAgo")) + " ago" : "nothing yet"));
        out.line("waiting   " + Figures.count(feed.count("pendingMessages"), "message") + ", "
                + Figures.count(feed.count("pendingBytes"), "byte") + "; "
                + Figures.count(feed.count("droppedMessages")) + " dropped");
        out.line("guard     " + Figures.count(feed.count("guardedEndpoints"), "endpoint") + " held");
        out.line("siblings  " + Figures.count(feed.count("siblingRoutes"), "route") + " by their word");
    }

    /** Returns the state in its colour. */
    static Cell state(Fields feed) {
        String state = feed.text("state");
        Ink ink = state.equals("LIVE") ? Ink.GOOD : state.equals("LOST") ? Ink.BAD : Ink.WARN;
        return Cell.of(SiteText.lower(state), ink);
    }
}
