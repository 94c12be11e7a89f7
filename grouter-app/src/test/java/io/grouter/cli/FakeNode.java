package io.grouter.cli;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A node that gives prepared answers and remembers what it was asked. */
final class FakeNode implements Api {
    private final Map<String, Reply> answers = new LinkedHashMap<>();
    private final Deque<Object> streams = new ArrayDeque<>();
    final List<String> asked = new ArrayList<>();

    /** Answers requests such as {@code GET /v1/sites}, without or with that query, with an answer kept beside the tests. */
    FakeNode on(String request, String answer) throws IOException {
        return on(request, 200, Golden.answer(answer));
    }

    FakeNode on(String request, int status, String body) {
        answers.put(request, new Reply(status, body));
        return this;
    }

    /** Refuses such requests with a problem document. */
    FakeNode problem(String request, int status, String type, String detail) {
        return on(
                request,
                status,
                Json.text(Map.of(
                        "type", "urn:grouter:problem:" + type, "title", "No", "status", status, "detail", detail)));
    }

    /** The next stream of events has these lines and then ends, with an error when the last line is {@code !}. */
    FakeNode stream(String... lines) {
        streams.add(List.of(lines));
        return this;
    }

    /** The next attempt to open a stream fails so. */
    FakeNode noStream(CommandFailure failure) {
        streams.add(failure);
        return this;
    }

    @Override
    public Reply ask(String method, String path, @Nullable String body) {
        asked.add(method + " " + path + (body == null ? "" : " " + body));
        Reply reply = answers.get(method + " " + path);
        if (reply == null) {
            reply = answers.get(method + " " + path.replaceAll("\\?.*", ""));
        }
        return reply == null ? new Reply(404, "not here") : reply;
    }

    @Override
    public EventLines events(String path, String lastEventId) throws CommandFailure {
        asked.add("EVENTS " + path + " after \"" + lastEventId + "\"");
        Object next = streams.remove();
        if (next instanceof CommandFailure failure) {
            throw failure;
        }
        Deque<String> lines = new ArrayDeque<>();
        ((List<?>) next).forEach(each -> lines.add(each.toString()));
        return new EventLines() {
            @Override
            public @Nullable String next() throws IOException {
                String line = lines.poll();
                if ("!".equals(line)) {
                    throw new IOException("reset by peer");
                }
                return line;
            }

            @Override
            public void close() {}
        };
    }
}
