package io.grouter.proxy;

import io.grouter.steering.Decision;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** One request and its answer: how far both have come, and what that means for the connections. */
final class Exchange {
    /** Most bytes of a body that are read and thrown away to keep a connection after an early answer. */
    static final int DISCARD_LIMIT = 64 * 1024;

    final HttpRequest request;
    /** Whether the client speaks HTTP/1.0: no chunks, no interim answers. */
    final boolean oldClient;
    /** Whether the client asked to change the protocol, and may be told 101. */
    boolean upgradeAsked;

    @Nullable
    Decision decision;
    /** GoRouters that took no connection for this request. */
    @Nullable
    BitSet tried;
    /** Whether the client's connection can take another request afterwards. */
    boolean keepAlive;
    /** Whether any byte of the body was sent on. */
    boolean bodySent;
    /** Whether the client has sent all of the request. */
    boolean requestDone;
    /** Whether the client has been sent the head of the answer. */
    boolean responseStarted;
    /** Whether the answer under way is an interim one. */
    boolean informational;
    /** Whether the GoRouter's connection can take another request afterwards. */
    boolean upstreamKeepAlive;
    /** Whether the rest of the request is thrown away. */
    boolean discarding;

    Exchange(HttpRequest request) {
        this.request = request;
        this.oldClient = request.protocolVersion().equals(HttpVersion.HTTP_1_0);
        this.keepAlive = HttpUtil.isKeepAlive(request);
    }

    boolean isHead() {
        return request.method().equals(HttpMethod.HEAD);
    }

    void markTried(int goRouter) {
        if (tried == null) {
            tried = new BitSet();
        }
        tried.set(goRouter);
    }

    /** Returns whether too much of the request may still be to come to wait for it. */
    boolean mayBeLong() {
        return HttpUtil.is100ContinueExpected(request)
                || HttpUtil.isTransferEncodingChunked(request)
                || HttpUtil.getContentLength(request, 0L) > DISCARD_LIMIT;
    }

    /** A kept connection that ends before it answers may just have been closed for idleness (RFC 9110 section 9.2.2). */
    boolean isSafeToRepeat() {
        HttpMethod method = request.method();
        return requestDone
                && !bodySent
                && (method.equals(HttpMethod.GET)
                        || method.equals(HttpMethod.HEAD)
                        || method.equals(HttpMethod.OPTIONS)
                        || method.equals(HttpMethod.TRACE));
    }

    /** Turns a GoRouter's final answer into the client's: the end of the body shows, whatever shows it on the way here. */
    void begin(HttpResponse answer) {
        responseStarted = true;
        upstreamKeepAlive = HttpUtil.isKeepAlive(answer);
        keepAlive &= requestDone;
        ForwardedHeaders.removeHopByHop(answer.headers());
        boolean chunked = HttpUtil.isTransferEncodingChunked(answer);
        int status = answer.status().code();
        boolean bodiless = isHead() || status == 204 || status == 304;
        answer.setProtocolVersion(HttpVersion.HTTP_1_1);
        if (chunked && oldClient) {
            HttpUtil.setTransferEncodingChunked(answer, false);
            keepAlive = false;
        } else if (!chunked && !bodiless && !HttpUtil.isContentLengthSet(answer)) {
            upstreamKeepAlive = false;
            if (oldClient) {
                keepAlive = false;
            } else {
                HttpUtil.setTransferEncodingChunked(answer, true);
            }
        }
        setConnectionHeader(answer);
    }

    /** Says in an answer what becomes of the client's connection. */
    void setConnectionHeader(HttpResponse answer) {
        if (!keepAlive) {
            answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (oldClient) {
            answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
    }
}
