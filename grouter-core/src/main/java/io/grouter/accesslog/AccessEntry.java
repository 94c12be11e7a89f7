package io.grouter.accesslog;

import org.jspecify.annotations.Nullable;

/**
 * What the access log says about one request. Mutable and without checks: filled by one thread, then given to
 * {@link AccessLog#add} and not touched again. Texts hold one character per byte (ISO-8859-1), as sent; {@code null} and
 * {@code ""} mean absent.
 */
public final class AccessEntry {
    /** When the request arrived, milliseconds since 1970. */
    public long startMillis;
    /** The Host header. */
    public @Nullable String host;
    /** The request method. */
    public @Nullable String method;
    /** The request target. */
    public @Nullable String target;
    /** The protocol of the request line, such as {@code HTTP/1.1}. */
    public @Nullable String protocol;
    /** The status of the answer; 0 = there was none. */
    public int status;
    /** Bytes of the request body. */
    public long bytesIn;
    /** Bytes of the answer's body. */
    public long bytesOut;
    /** The Referer header. */
    public @Nullable String referer;
    /** The User-Agent header. */
    public @Nullable String userAgent;
    /** Address and port of the client's connection. */
    public @Nullable String client;
    /** Address and port of the GoRouter that answered or was tried last. */
    public @Nullable String upstream;
    /** The X-Forwarded-For header. */
    public @Nullable String xForwardedFor;
    /** The X-Forwarded-Proto header. */
    public @Nullable String xForwardedProto;
    /** The X-Vcap-Request-Id header. */
    public @Nullable String vcapRequestId;
    /** From the request's first byte to the answer's last, in nanoseconds; -1 = unknown. */
    public long totalNanos = -1;
    /** What of it was spent in Grouter, in nanoseconds; -1 = unknown. */
    public long grouterNanos = -1;
    /** What of it was spent waiting for the GoRouter, in nanoseconds; -1 = unknown. */
    public long upstreamNanos = -1;
    /** The answer's X-Cf-RouterError header. */
    public @Nullable String routerError;
    /** How often the request was given to a GoRouter; 1 = the first try worked, 0 = never. */
    public int attempts;
    /** The site that the request was sent to. */
    public @Nullable String site;
    /** The rule that decided, or why the request was refused. */
    public @Nullable String reason;
    /** Where the client was redirected to. */
    public @Nullable String redirectTo;
    /** The TLS version of the client's connection. */
    public @Nullable String tlsVersion;
    /** The traceparent header. */
    public @Nullable String traceparent;

    /** Makes an entry in which nothing is known. */
    public AccessEntry() {}
}
