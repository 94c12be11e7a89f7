package io.grouter.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A list that comes in pages, which are printed as they come, so that its length costs time and no memory.
 *
 * @param list the list's name in the answer
 * @param cursor parameter that takes {@code next} of the page before
 * @param first the query without limit and cursor
 * @param most how many to show
 */
record Pages(String list, String cursor, Supplier<Query> first, long most) {
    private static final long PAGE = 1000;

    /** What is done with each page; the second argument says whether more follow. */
    interface Page {
        void is(Session.Answer answer, boolean more);
    }

    /** Prints all of them as a table, or as one JSON object with all their elements. */
    void print(Session session, List<Column> columns, Function<Fields, List<Cell>> row, String none)
            throws CommandFailure, InterruptedException {
        if (session.json()) {
            json(session);
            return;
        }
        Table table = session.table(columns);
        long[] shown = {0};
        Fields last = walk(session, (answer, more) -> {
            List<List<Cell>> rows =
                    answer.fields().objects(list).stream().map(row).toList();
            shown[0] += rows.size();
            if (!rows.isEmpty()) {
                session.out().lines(table.lines(rows));
            }
        });
        if (shown[0] == 0) {
            session.out().line(none);
        } else if (last.has("next")) {
            session.remark("the first " + Figures.count(shown[0]) + " only; --limit shows more");
        }
    }

    /** Hands over one page after the other; returns the last one. */
    Fields walk(Session session, Page page) throws CommandFailure, InterruptedException {
        long left = most;
        @Nullable Object next = null;
        while (true) {
            Query query = first.get().with("limit", Math.min(left, PAGE)).with(cursor, next);
            Session.Answer answer = session.get(query);
            left -= answer.fields().list(list).size();
            next = answer.fields().values().get("next");
            boolean more = next != null && left > 0;
            page.is(answer, more);
            if (!more) {
                return answer.fields();
            }
        }
    }

    private void json(Session session) throws CommandFailure, InterruptedException {
        Output out = session.out();
        AtomicBoolean begun = new AtomicBoolean();
        walk(session, (answer, more) -> {
            if (!begun.get() && !more) {
                session.print(answer);
                return;
            }
            for (Object each : answer.fields().list(list)) {
                String before = begun.getAndSet(true) ? ",\n" : "{" + Json.text(list) + ":[\n";
                out.print(before + Json.text(each));
            }
            if (!more) {
                Map<String, @Nullable Object> rest =
                        new LinkedHashMap<>(answer.fields().values());
                rest.remove(list);
                out.line("\n]," + Json.text(rest).substring(1));
            }
        });
    }
}
