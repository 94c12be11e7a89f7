package io.grouter.admin;

import io.grouter.fib.RoutePosition;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the admin API answers: a table of operations, each with the role it takes. Reads snapshots; what is asked of the
 * tables themselves waits at most a second. Safe for all threads.
 */
public final class AdminApi implements AutoCloseable {
    static final String JSON = "application/json";

    private static final Logger log = LoggerFactory.getLogger(AdminApi.class);

    private final Operations operations;
    private final SelfApi self;
    private final EventHub events;
    private final PrometheusRegistry metrics;

    /** Makes the API of one node. */
    public AdminApi(AdminSources sources) {
        Tables tables = new Tables(sources.rib());
        TrafficMeter traffic = new TrafficMeter(sources.facts()::traffic);
        SitesApi sites = new SitesApi(sources, traffic);
        JournalApi journal = new JournalApi(sources);
        LogLevelsApi logLevels = new LogLevelsApi(sources);
        this.metrics = sources.metrics();
        this.self = new SelfApi(sources);
        this.events = new EventHub(sources, journal, sites, traffic, logLevels::tick);
        this.operations = new Operations(Stream.of(
                        self.operations(),
                        new RoutesApi(tables).operations(),
                        new RouteApi(sources).operations(),
                        sites.operations(),
                        new SurroundingsApi(sources).operations(),
                        journal.operations(),
                        events.operations(),
                        new ExplainApi(sources).operations(),
                        new OverridesApi(sources).operations(),
                        logLevels.operations())
                .flatMap(List::stream)
                .toList());
    }

    /**
     * One answer.
     *
     * @param status HTTP status
     * @param contentType content type
     * @param body text, or something to write as JSON; {@code ""} = none
     * @param headers further headers
     */
    public record Answer(int status, String contentType, Object body, Map<String, String> headers) {
        /** Copies the headers. */
        public Answer {
            headers = Map.copyOf(headers);
        }

        /** Makes an answer without further headers. */
        public Answer(int status, String contentType, Object body) {
            this(status, contentType, body, Map.of());
        }

        /** Returns a problem document (RFC 9457). Its type is made of the title, so both have to stay as they are. */
        static Answer problem(int status, String title, String detail) {
            Map<String, Object> body = new LinkedHashMap<>();
            body.put(
                    "type",
                    "urn:grouter:problem:" + title.toLowerCase(Locale.ROOT).replace(' ', '-'));
            body.put("title", title);
            body.put("status", status);
            body.put("detail", detail);
            return new Answer(status, "application/problem+json", body);
        }

        static Answer json(int status, Object body) {
            return new Answer(status, JSON, body);
        }

        /** Returns a list that is always whole. */
        static Answer list(String name, List<?> items) {
            return json(200, listed(name, items));
        }

        /** Returns the body of a list that is always whole. */
        static Map<String, Object> listed(String name, List<?> items) {
            Map<String, Object> body = new LinkedHashMap<>();
            body.put(name, items);
            body.put("next", null);
            body.put("total", items.size());
            return body;
        }

        Answer with(String header, String value) {
            Map<String, String> more = new LinkedHashMap<>(headers);
            more.put(header, value);
            return new Answer(status, contentType, body, more);
        }
    }

    /** Says whether the node takes requests; {@code /ready} depends on it. */
    public void serving(boolean now) {
        self.serving(now);
    }

    /** Starts what happens by itself: figures each second, log levels that go back. */
    public void start() {
        events.start();
    }

    /** Ends it. */
    @Override
    public void close() {
        events.close();
    }

    Operations operations() {
        return operations;
    }

    PrometheusRegistry metrics() {
        return metrics;
    }

    /** Returns the methods allowed for a path, as in the header {@code Allow}; {@code ""} when there is no such path. */
    public String allowed(String path) {
        return operations.allowed(path);
    }

    /** Returns what somebody must be allowed to do to ask for something; what is not there is asked for or changed, too. */
    public Role requiredRole(String method, String path) {
        Operation operation = operations.find(method, path);
        if (operation != null) {
            return operation.role();
        }
        return switch (method) {
            case "GET", "HEAD", "OPTIONS" -> Role.READ;
            default -> Role.OPERATE;
        };
    }

    /** Answers one request that has no body; path and query still escaped. */
    public Answer answer(String method, String path, @Nullable String query) {
        return answer(method, path, query, new byte[0]);
    }

    /** Answers one request; path and query still escaped. */
    public Answer answer(String method, String path, @Nullable String query, byte[] content) {
        return answer(method, path, query, content, Call.Headers.NONE);
    }

    /** Answers one request; path and query still escaped. Whatever it asks, there is an answer. */
    Answer answer(String method, String path, @Nullable String query, byte[] content, Call.Headers headers) {
        String allowed = operations.allowed(path);
        if (allowed.isEmpty()) {
            return Answer.problem(404, "Not found", "nothing at " + path + " (there are: " + operations.paths() + ")");
        }
        if (method.equals("OPTIONS")) {
            return new Answer(204, "", "", Map.of("Allow", allowed));
        }
        Operation operation = operations.find(method, path);
        if (operation == null) {
            return Answer.problem(405, "Method not allowed", method + " is not allowed here (allowed: " + allowed + ")")
                    .with("Allow", allowed);
        }
        try {
            return answer(operation, String.valueOf(operation.argument(path)), query, content, headers);
        } catch (Query.Refused e) {
            return Answer.problem(400, "Bad query", String.valueOf(e.getMessage()));
        } catch (RoutePosition.OfAnotherProcess e) {
            return Answer.problem(410, "Cursor gone", "after: " + e.getMessage() + "; begin again without it");
        } catch (IllegalArgumentException e) {
            return Answer.problem(400, "Bad request", String.valueOf(e.getMessage()));
        } catch (Tables.Silent e) {
            return e.answer();
        } catch (RuntimeException e) {
            log.error("admin request {} {} failed", method, path, e);
            return Answer.problem(500, "Internal error", "see the log of this node");
        }
    }

    private static Answer answer(
            Operation operation, String argument, @Nullable String query, byte[] content, Call.Headers headers) {
        Call call = new Call(argument, Query.parse(query, operation.parameters()), content, headers);
        Operation.Tag tag = operation.tag();
        String version = tag == null ? null : tag.of(call);
        if (version == null) {
            return operation.handler().answer(call);
        }
        String now = "\"" + version + "\"";
        String held = headers.apply("If-None-Match");
        if (held != null && isAmong(now, held)) {
            return new Answer(304, "", "", Map.of("ETag", now));
        }
        Answer answer = operation.handler().answer(call);
        return answer.status() == 200 ? answer.with("ETag", now) : answer;
    }

    /** Compares weakly, as RFC 9110 section 13.1.2 has it. */
    private static boolean isAmong(String tag, String held) {
        return Stream.of(held.split(",", -1))
                .map(String::strip)
                .anyMatch(each -> each.equals("*") || each.equals(tag) || each.equals("W/" + tag));
    }
}
