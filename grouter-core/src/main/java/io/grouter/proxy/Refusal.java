package io.grouter.proxy;

import io.grouter.http.Malformed;

/** Every error that Grouter answers by itself: from cause to status, reason and text in one table. */
enum Refusal {
    BAD_REQUEST(400, "Bad Request", "bad-request", "The request is not valid HTTP/1.1."),
    BAD_HEADER(400, "Bad Request", "bad-header", "A header line of the request is not valid."),
    BAD_LENGTH(400, "Bad Request", "bad-length", "How long the request's body is cannot be told for certain."),
    BAD_CHUNK(400, "Bad Request", "bad-chunk", "A chunk of the request's body is not valid."),
    BAD_HOST(400, "Bad Request", "bad-host", "The request needs exactly one valid Host."),
    BAD_TARGET(400, "Bad Request", "bad-target", "The request target is not valid."),
    BAD_CODING(501, "Not Implemented", "bad-coding", "The only transfer coding understood here is chunked."),
    VERSION(505, "HTTP Version Not Supported", "version", "HTTP/1.0, HTTP/1.1 and, over TLS, HTTP/2 are served here."),
    METHOD(405, "Method Not Allowed", "method", "CONNECT is not served here."),
    LINE_TOO_LONG(414, "URI Too Long", "line-too-long", "The request line is too long."),
    HEAD_TOO_LONG(431, "Request Header Fields Too Large", "head-too-long", "The headers are too long or too many."),
    SLOW_CLIENT(408, "Request Timeout", "slow-client", "The request did not arrive in time."),
    NO_GOROUTER(503, "Service Unavailable", "no-gorouter", "None of this site's GoRouters takes connections."),
    OVERLOADED(503, "Service Unavailable", "overloaded", "This site's GoRouters have as much to do as they can take."),
    GOROUTER_FAILED(502, "Bad Gateway", "gorouter-failed", "The GoRouter closed the connection without an answer."),
    GOROUTER_INVALID(502, "Bad Gateway", "gorouter-invalid", "The GoRouter's answer is not valid HTTP."),
    GOROUTER_TIMEOUT(504, "Gateway Timeout", "gorouter-timeout", "The GoRouter did not answer in time."),
    LOOP(508, "Loop Detected", "loop", "The request has been through this site before."),
    RELAY_UNREACHABLE(503, "Service Unavailable", "relay-unreachable", "The site that has the app takes no requests."),
    RELAY_FAILED(502, "Bad Gateway", "relay-failed", "The site that has the app broke off without an answer."),
    RELAY_TIMEOUT(504, "Gateway Timeout", "relay-timeout", "The site that has the app did not answer in time.");

    private final int status;
    private final String phrase;
    private final String reason;
    private final String text;

    Refusal(int status, String phrase, String reason, String text) {
        this.status = status;
        this.phrase = phrase;
        this.reason = reason;
        this.text = text;
    }

    /** Returns what to say to a request that is not valid. */
    static Refusal of(Malformed problem) {
        return switch (problem) {
            case START_LINE -> BAD_REQUEST;
            case VERSION -> VERSION;
            case TARGET_TOO_LONG -> LINE_TOO_LONG;
            case TOO_LONG, TOO_MANY -> HEAD_TOO_LONG;
            case LINE_END, NAME, VALUE, FOLDED -> BAD_HEADER;
            case HOST -> BAD_HOST;
            case LENGTH, LENGTH_AND_CODING -> BAD_LENGTH;
            case CODING -> BAD_CODING;
            case CHUNK -> BAD_CHUNK;
        };
    }

    int status() {
        return status;
    }

    String phrase() {
        return phrase;
    }

    String reason() {
        return reason;
    }

    String text() {
        return text;
    }
}
