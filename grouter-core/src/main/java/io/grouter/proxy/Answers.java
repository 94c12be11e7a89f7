package io.grouter.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;

/** The answers that Grouter itself gives. */
final class Answers {
    static final AsciiString SITE = AsciiString.cached("X-Grouter-Site");
    static final AsciiString REASON = AsciiString.cached("X-Grouter-Reason");
    private static final AsciiString CONTENT_TYPE_OPTIONS = AsciiString.cached("X-Content-Type-Options");
    private static final AsciiString NOSNIFF = AsciiString.cached("nosniff");
    private static final AsciiString TEXT = AsciiString.cached("text/plain; charset=utf-8");

    private Answers() {}

    static FullHttpResponse refusal(Refusal refusal, String site) {
        HttpResponseStatus status = refusal.status();
        FullHttpResponse answer = text(
                status,
                status.code() + " " + status.reasonPhrase() + ": " + refusal.text() + " (Grouter, site " + site + ", "
                        + refusal.reason() + ")\n");
        mark(answer, site, refusal.reason());
        if (status.equals(HttpResponseStatus.METHOD_NOT_ALLOWED)) {
            answer.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE");
        }
        if (status.equals(HttpResponseStatus.SERVICE_UNAVAILABLE)) {
            answer.headers().set(HttpHeaderNames.RETRY_AFTER, "1");
        }
        return answer;
    }

    static FullHttpResponse redirect(String location, String site, String reason) {
        FullHttpResponse answer =
                text(HttpResponseStatus.TEMPORARY_REDIRECT, "307 Temporary Redirect: " + location + "\n");
        answer.headers().set(HttpHeaderNames.LOCATION, location);
        mark(answer, site, reason);
        return answer;
    }

    private static FullHttpResponse text(HttpResponseStatus status, String text) {
        ByteBuf body = Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8));
        FullHttpResponse answer = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
        answer.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, TEXT)
                .set(CONTENT_TYPE_OPTIONS, NOSNIFF)
                .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
                .setInt(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
        return answer;
    }

    private static void mark(FullHttpResponse answer, String site, String reason) {
        answer.headers().set(SITE, site).set(REASON, reason);
    }
}
