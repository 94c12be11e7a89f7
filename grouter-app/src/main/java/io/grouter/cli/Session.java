package io.grouter.cli;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One command's talk with a node. For one thread. */
final class Session {
    private final Surroundings surroundings;
    private final Target target;
    private final Api api;
    private final boolean json;
    private final Output out;

    Session(Surroundings surroundings, Target target, boolean json, Output out) throws CommandFailure {
        this.surroundings = surroundings;
        this.target = target;
        this.json = json;
        this.out = out;
        this.api = surroundings.api(target);
    }

    /** An answer that is a JSON object, with its text as it came. */
    record Answer(String text, Fields fields) {}

    Surroundings surroundings() {
        return surroundings;
    }

    Target target() {
        return target;
    }

    Api api() {
        return api;
    }

    boolean json() {
        return json;
    }

    Output out() {
        return out;
    }

    /** Asks for a resource. */
    Answer get(Object path) throws CommandFailure, InterruptedException {
        return answer(false, api.ask("GET", path.toString(), null));
    }

    /** Gives an order; the body is null for none. */
    Answer order(String method, Object path, @Nullable Map<String, ?> body)
            throws CommandFailure, InterruptedException {
        return answer(true, api.ask(method, path.toString(), body == null ? null : Json.text(body)));
    }

    private Answer answer(boolean write, Reply reply) throws CommandFailure {
        if (reply.status() != 200) {
            throw Failures.answered(target, write, reply);
        }
        try {
            return new Answer(reply.body(), Json.object(reply.body()));
        } catch (IllegalArgumentException e) {
            throw Failures.answered(target, write, reply);
        }
    }

    /** Prints an answer as it came. */
    void print(Answer answer) {
        out.print(answer.text());
        if (!answer.text().endsWith("\n")) {
            out.print("\n");
        }
    }

    boolean colours() {
        String none = surroundings.environment("NO_COLOR");
        return surroundings.terminal().isOutput()
                && (none == null || none.isEmpty())
                && !"dumb".equals(surroundings.environment("TERM"));
    }

    /** Returns the columns there are; without bound where nobody looks. */
    int width() {
        String columns = surroundings.environment("COLUMNS");
        if (columns != null && columns.matches("[1-9]\\d{0,4}")) {
            return Integer.parseInt(columns);
        }
        return surroundings.terminal().isOutput()
                ? surroundings.terminal().size().columns()
                : Integer.MAX_VALUE;
    }

    Table table(List<Column> columns) {
        return new Table(columns, width(), colours());
    }

    /** Prints a table that is there as a whole; where it has no rows, a line that says so instead. */
    void print(List<Column> columns, List<List<Cell>> rows, String none) {
        if (rows.isEmpty()) {
            out.line(none);
        } else {
            out.lines(table(columns).lines(rows));
        }
    }

    /** Says something beside the answer where people look on. */
    void remark(String text) {
        if (surroundings.terminal().isOutput()) {
            out.flush();
            surroundings.err().println(text);
        }
    }
}
