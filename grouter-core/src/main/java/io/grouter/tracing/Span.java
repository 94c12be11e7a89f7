package io.grouter.tracing;

import org.jspecify.annotations.Nullable;

/**
 * One request as Grouter's span.
 *
 * @param hop its place in the trace
 * @param startMillis when it began, in milliseconds since 1970
 * @param nanos how long it took
 * @param method HTTP method; null = not known
 * @param path path without query; null = not known
 * @param host host that was asked for, without port; null = not known
 * @param status status that the client got; 0 = none
 * @param decision what was decided; null = nothing
 * @param reason why, or why it was refused; null = neither
 * @param site the site that served it
 */
public record Span(
        Hop hop,
        long startMillis,
        long nanos,
        @Nullable String method,
        @Nullable String path,
        @Nullable String host,
        int status,
        @Nullable String decision,
        @Nullable String reason,
        String site) {}
