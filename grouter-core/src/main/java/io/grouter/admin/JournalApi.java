package io.grouter.admin;

import io.grouter.fib.RoutePosition;
import io.grouter.rib.Journal;
import io.grouter.route.Durations;
import io.grouter.route.RouteUri;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What changed, when and why. Safe for all threads. */
final class JournalApi {
    private static final int DEFAULT_LIMIT = 1000;
    private static final int MOST = 10_000;

    private final Journal journal;
    private final JournalView view;
    private final LongSupplier wallClock;

    JournalApi(AdminSources sources) {
        this.journal = sources.journal();
        this.view = new JournalView(sources.site().name().name());
        this.wallClock = sources.wallClock();
    }

    List<Operation> operations() {
        List<String> parameters = List.of("since", "before", "host", "site", "kind", "limit");
        return List.of(Operation.get("/v1/journal", parameters, this::page).tagged(this::tag));
    }

    /** What is of the last while changes with time alone. */
    private @Nullable String tag(Call call) {
        return call.query().text("since") == null ? RoutePosition.process() + "-" + journal.total() : null;
    }

    Journal journal() {
        return journal;
    }

    Map<String, Object> describe(Journal.Entry entry) {
        return view.describe(entry);
    }

    private AdminApi.Answer page(Call call) {
        Query query = call.query();
        int limit = (int) query.number("limit", DEFAULT_LIMIT, 1, MOST);
        long before = query.number("before", Long.MAX_VALUE, 0, Long.MAX_VALUE);
        List<Journal.Entry> entries = journal.newest(before, limit, filter(query));
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("changes", entries.stream().map(view::describe).toList());
        body.put("total", journal.total());
        body.put("capacity", journal.capacity());
        body.put(
                "next",
                entries.size() < limit ? null : entries.get(entries.size() - 1).id());
        return AdminApi.Answer.json(200, body);
    }

    private Predicate<Journal.Entry> filter(Query query) {
        Predicate<Journal.Entry> filter = since(query.text("since"));
        String host = query.text("host", "").toLowerCase(Locale.ROOT);
        if (!host.isEmpty()) {
            filter = filter.and(entry -> {
                RouteUri uri = JournalView.uri(entry.event());
                return uri != null && uri.host().contains(host);
            });
        }
        List<String> kinds = kinds(query.text("kind"));
        String site = query.site("site") == null ? null : query.text("site");
        if (site == null && kinds.isEmpty()) {
            return filter;
        }
        return filter.and(entry -> {
            Map<String, Object> change = view.describe(entry);
            return (site == null || site.equals(change.get("site")))
                    && (kinds.isEmpty() || kinds.contains(String.valueOf(change.get("what"))));
        });
    }

    private static List<String> kinds(@Nullable String text) {
        List<String> kinds = text == null ? List.of() : Arrays.asList(text.split(",", -1));
        for (String each : kinds) {
            if (!JournalView.KINDS.contains(each)) {
                throw new Query.Refused(
                        "kind: \"" + each + "\" (expected: " + String.join(", ", JournalView.KINDS) + ")");
            }
        }
        return kinds;
    }

    private Predicate<Journal.Entry> since(@Nullable String text) {
        if (text == null) {
            return entry -> true;
        }
        try {
            if (text.matches("\\d{1,18}")) {
                long id = Long.parseLong(text);
                return entry -> entry.id() > id;
            }
            long millis = text.contains("T")
                    ? Instant.parse(text).toEpochMilli()
                    : wallClock.getAsLong() - Durations.parse(text).toMillis();
            return entry -> entry.timeMillis() > millis;
        } catch (DateTimeParseException | IllegalArgumentException e) {
            throw new Query.Refused("since: \"" + text
                    + "\" (expected: an id, a time such as 2026-11-23T03:00:00Z, or a while such as 10m)");
        }
    }
}
