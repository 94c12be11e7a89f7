package io.grouter.proxy;

import io.netty.handler.codec.http.HttpResponseStatus;

/** Every error that Grouter answers by itself: from cause to status, reason and text in one table. */
enum Refusal {
    BAD_REQUEST(HttpResponseStatus.BAD_REQUEST, "bad-request", "The request is not valid HTTP/1.1."),
    BAD_HOST(HttpResponseStatus.BAD_REQUEST, "bad-host", "The request needs exactly one valid Host."),
    BAD_TARGET(HttpResponseStatus.BAD_REQUEST, "bad-target", "The request target is not valid."),
    METHOD(HttpResponseStatus.METHOD_NOT_ALLOWED, "method", "CONNECT is not served here."),
    LINE_TOO_LONG(HttpResponseStatus.REQUEST_URI_TOO_LONG, "line-too-long", "The request line is too long."),
    HEAD_TOO_LONG(HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "head-too-long", "The headers are too long."),
    SLOW_CLIENT(HttpResponseStatus.REQUEST_TIMEOUT, "slow-client", "The request did not arrive in time."),
    NO_GOROUTER(
            HttpResponseStatus.SERVICE_UNAVAILABLE, "no-gorouter", "None of this site's GoRouters takes connections."),
    GOROUTER_FAILED(
            HttpResponseStatus.BAD_GATEWAY, "gorouter-failed", "The GoRouter closed the connection without an answer."),
    GOROUTER_INVALID(
            HttpResponseStatus.BAD_GATEWAY, "gorouter-invalid", "The GoRouter's answer is not valid HTTP/1.1."),
    GOROUTER_TIMEOUT(HttpResponseStatus.GATEWAY_TIMEOUT, "gorouter-timeout", "The GoRouter did not answer in time.");

    private final HttpResponseStatus status;
    private final String reason;
    private final String text;

    Refusal(HttpResponseStatus status, String reason, String text) {
        this.status = status;
        this.reason = reason;
        this.text = text;
    }

    HttpResponseStatus status() {
        return status;
    }

    String reason() {
        return reason;
    }

    String text() {
        return text;
    }
}
