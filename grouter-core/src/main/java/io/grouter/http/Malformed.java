package io.grouter.http;

/** What is wrong with bytes that were meant to be an HTTP/1.1 message (RFC 9112). */
public enum Malformed {
    /** Not a request line or status line. */
    START_LINE("start-line"),
    /** A version other than 1.0 and 1.1. */
    VERSION("version"),
    /** The request target, or the line it is in, is longer than allowed. */
    TARGET_TOO_LONG("target-too-long"),
    /** The headers are longer than allowed. */
    TOO_LONG("headers-too-long"),
    /** There are more header lines than allowed. */
    TOO_MANY("too-many-headers"),
    /** A line does not end in CR LF, or has a CR within. */
    LINE_END("line-end"),
    /** A header name is empty, has characters no name has, or is followed by a space. */
    NAME("header-name"),
    /** A header value has control characters. */
    VALUE("header-value"),
    /** A header continues on the next line (obs-fold, RFC 9112 section 5.2). */
    FOLDED("folded-header"),
    /** No Host, or more than one. */
    HOST("host"),
    /** A Content-Length that is no number, or more than one. */
    LENGTH("content-length"),
    /** A Transfer-Encoding that is not exactly {@code chunked}, or in HTTP/1.0. */
    CODING("transfer-encoding"),
    /** Content-Length and Transfer-Encoding in one message. */
    LENGTH_AND_CODING("length-and-coding"),
    /** A chunk's size or end. */
    CHUNK("chunk");

    private final String reason;

    Malformed(String reason) {
        this.reason = reason;
    }

    /** Returns a short name, as in metrics. */
    public String reason() {
        return reason;
    }
}
