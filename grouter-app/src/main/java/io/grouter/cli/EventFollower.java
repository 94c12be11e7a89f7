package io.grouter.cli;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Follows a node's events. When the stream breaks off it is opened again where it ended, after a pause that doubles from 1 s
 * to 30 s. For one thread.
 */
final class EventFollower {
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final int LONGEST_EVENT = 1 << 20;

    private final Session session;
    private final String path;
    private String lastId = "";
    private String type = "";
    private final StringBuilder data = new StringBuilder();
    private boolean opened;
    private Duration pause = FIRST_PAUSE;

    EventFollower(Session session, String path) {
        this.session = session;
        this.path = path;
    }

    /** Hears what happens. */
    interface Listener {
        /** The stream is open for the first time: nothing that happens from now on is missed. */
        void opened() throws CommandFailure, InterruptedException;

        /** An event; the id is {@code ""} for one that has none. */
        void event(String type, String id, String data);
    }

    /** Follows until something ends it that another try would not mend; never returns. */
    void follow(Listener listener) throws CommandFailure, InterruptedException {
        while (true) {
            String lost;
            try (EventLines lines = session.api().events(path, lastId)) {
                if (!opened) {
                    opened = true;
                    listener.opened();
                }
                lost = read(lines, listener);
            } catch (CommandFailure e) {
                boolean passing = e.exitCode() == ExitCodes.UNREACHABLE || e.exitCode() == ExitCodes.NODE_FAILED;
                if (!opened || !passing) {
                    throw e;
                }
                lost = e.message();
            }
            session.out().flush();
            session.surroundings()
                    .err()
                    .println("grouter: " + lost + "; again in " + Figures.age((double) pause.toSeconds()));
            session.surroundings().pause(pause);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
        }
    }

    /** Reads one stream to its end; returns why it ended. */
    private String read(EventLines lines, Listener listener) {
        String id = "";
        type = "";
        data.setLength(0);
        try {
            for (@Nullable String line = lines.next(); line != null; line = lines.next()) {
                pause = FIRST_PAUSE;
                if (line.isEmpty()) {
                    if (data.length() > 0) {
                        listener.event(type.isEmpty() ? "message" : type, id, data.toString());
                        session.out().flush();
                    }
                    lastId = id.isEmpty() ? lastId : id;
                    id = "";
                    type = "";
                    data.setLength(0);
                } else if (line.startsWith("id:")) {
                    id = value(line, 3);
                } else {
                    take(line);
                }
            }
            return "the node ended the stream";
        } catch (IOException e) {
            return "the stream broke off (" + Failures.reason(e) + ")";
        }
    }

    private void take(String line) {
        if (line.startsWith("event:")) {
            type = value(line, 6);
        } else if (line.startsWith("data:") && data.length() + line.length() < LONGEST_EVENT) {
            data.append(data.length() == 0 ? "" : "\n").append(value(line, 5));
        }
    }

    private static String value(String line, int start) {
        return line.startsWith(" ", start) ? line.substring(start + 1) : line.substring(start);
    }
}
