package io.grouter.proxy;

import io.grouter.http.Field;
import io.grouter.http.Head;
import io.grouter.http.HeadLimits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import io.netty.util.ByteProcessor;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Heads of HTTP/2 as those of HTTP/1.1 and back (RFC 9113 section 8). What comes from HTTP/2 is written as an HTTP/1.1
 * head and then read as strictly as any other, so nothing gets through that HTTP/1.1 would not allow.
 */
final class Http2Heads {
    private static final AsciiString CONNECT = AsciiString.cached("CONNECT");
    private static final AsciiString COOKIE = AsciiString.cached("cookie");
    private static final AsciiString ROOT = AsciiString.cached("/");
    private static final AsciiString HOST = AsciiString.cached("host");
    private static final AsciiString TRANSFER_ENCODING = AsciiString.cached("transfer-encoding");
    private static final AsciiString SITE = AsciiString.cached("x-grouter-site");
    private static final AsciiString REASON = AsciiString.cached("x-grouter-reason");

    private static final int PSEUDO_HEADERS = 4;
    private static final int FIELD_OVERHEAD = 32;

    private Http2Heads() {}

    /** Returns SETTINGS_MAX_HEADER_LIST_SIZE (section 6.5.2) that lets pass what HTTP/1.1 does, and refuses it alike. */
    static long mostListBytes(HeadLimits limits) {
        long fields = (long) limits.headers() + PSEUDO_HEADERS;
        return (long) limits.startLineBytes() + limits.headerBytes() + fields * FIELD_OVERHEAD;
    }

    /**
     * Reads a request.
     *
     * @param withBody whether a body follows; without a length it counts as one in chunks
     */
    static Head.Outcome readRequest(Http2Headers headers, boolean withBody, Head into, ByteBufAllocator allocator) {
        ByteBuf text = allocator.buffer(512);
        try {
            append(text, headers.method());
            text.writeByte(' ');
            append(text, target(headers));
            text.writeCharSequence(" HTTP/1.1\r\n", StandardCharsets.US_ASCII);
            hosts(text, headers);
            lines(text, headers, true);
            cookies(text, headers);
            if (withBody && !headers.contains("content-length")) {
                line(text, "Transfer-Encoding", "chunked");
            }
            text.writeByte('\r').writeByte('\n');
            return readAll(text, into);
        } finally {
            text.release();
        }
    }

    /** The target, if it is one that HTTP/2 allows: the form that names another host is of HTTP/1.1 alone. */
    private static @Nullable CharSequence target(Http2Headers headers) {
        CharSequence path = headers.path();
        if (path == null) {
            return CONNECT.contentEquals(text(headers.method())) ? headers.authority() : null;
        }
        boolean fine = path.length() > 0 && (path.charAt(0) == '/' || (path.charAt(0) == '*' && path.length() == 1));
        return fine ? path : null;
    }

    private static CharSequence text(@Nullable CharSequence value) {
        return value == null ? "" : value;
    }

    /** The authority; a Host that says something else makes it two, and the head invalid (section 8.3.1). */
    private static void hosts(ByteBuf text, Http2Headers headers) {
        CharSequence authority = headers.authority();
        if (authority != null) {
            line(text, "Host", authority);
        }
        for (CharSequence host : headers.getAll(HOST)) {
            if (authority == null || !AsciiString.contentEqualsIgnoreCase(host, authority)) {
                line(text, "Host", host);
            }
        }
    }

    /** Reads an answer. */
    static Head.Outcome readAnswer(Http2Headers headers, boolean withBody, Head into, ByteBufAllocator allocator) {
        ByteBuf text = allocator.buffer(512);
        try {
            text.writeCharSequence("HTTP/1.1 ", StandardCharsets.US_ASCII);
            append(text, headers.status());
            text.writeByte(' ');
            append(text, phrase(headers.status()));
            text.writeCharSequence("\r\n", StandardCharsets.US_ASCII);
            lines(text, headers, false);
            if (withBody && !headers.contains("content-length")) {
                line(text, "Transfer-Encoding", "chunked");
            }
            text.writeByte('\r').writeByte('\n');
            return readAll(text, into);
        } finally {
            text.release();
        }
    }

    /** HTTP/2 has no reason phrases; clients of HTTP/1.1 get the usual ones. */
    private static CharSequence phrase(@Nullable CharSequence status) {
        if (status == null || status.length() != 3) {
            return "";
        }
        int code = 0;
        for (int i = 0; i < 3; i++) {
            code = 10 * code + status.charAt(i) - '0';
        }
        if (code == Refusal.LOOP.status()) {
            return Refusal.LOOP.phrase(); // which Netty does not know
        }
        String phrase = HttpResponseStatus.valueOf(code).reasonPhrase();
        return phrase.endsWith(")") ? "" : phrase; // one made up for a code that is not known
    }

    /** Reads trailers. */
    static Head.Outcome readTrailers(Http2Headers headers, Head into, ByteBufAllocator allocator) {
        ByteBuf text = allocator.buffer(256);
        try {
            lines(text, headers, false);
            text.writeByte('\r').writeByte('\n');
            return readAll(text, into);
        } finally {
            text.release();
        }
    }

    private static Head.Outcome readAll(ByteBuf text, Head into) {
        Head.Outcome outcome = into.read(text);
        return outcome == Head.Outcome.COMPLETE && text.isReadable() ? Head.Outcome.MALFORMED : outcome;
    }

    private static void lines(ByteBuf text, Http2Headers headers, boolean request) {
        for (Map.Entry<CharSequence, CharSequence> each : headers) {
            CharSequence name = each.getKey();
            boolean special = name.length() == 0
                    || name.charAt(0) == ':'
                    || TRANSFER_ENCODING.contentEquals(name)
                    || (request && (HOST.contentEquals(name) || COOKIE.contentEquals(name)));
            if (!special) {
                line(text, name, each.getValue());
            }
        }
    }

    /** One line, though HTTP/2 may send it in pieces (section 8.2.3). */
    private static void cookies(ByteBuf text, Http2Headers headers) {
        boolean first = true;
        for (CharSequence crumb : headers.getAll(COOKIE)) {
            text.writeCharSequence(first ? "Cookie: " : "; ", StandardCharsets.US_ASCII);
            append(text, crumb);
            first = false;
        }
        if (!first) {
            text.writeByte('\r').writeByte('\n');
        }
    }

    private static void line(ByteBuf text, CharSequence name, CharSequence value) {
        append(text, name);
        text.writeByte(':').writeByte(' ');
        append(text, value);
        text.writeByte('\r').writeByte('\n');
    }

    /** A byte per character; a line end, or what is no byte, becomes one that no head may have. */
    private static void append(ByteBuf text, @Nullable CharSequence part) {
        if (part == null) {
            return;
        }
        int start = text.writerIndex();
        copy(text, part);
        int lineEnd = text.forEachByte(start, text.writerIndex() - start, ByteProcessor.FIND_CRLF);
        if (lineEnd >= 0) {
            text.setByte(lineEnd, 0);
        }
    }

    private static void copy(ByteBuf text, CharSequence part) {
        if (part instanceof AsciiString ascii) {
            text.writeBytes(ascii.array(), ascii.arrayOffset(), ascii.length());
            return;
        }
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            text.writeByte(c > 0xFF ? 0 : c);
        }
    }

    /** Returns a request for HTTP/2. */
    static Http2Headers request(Head head, String scheme) {
        DefaultHttp2Headers headers = new DefaultHttp2Headers(false);
        headers.method(head.method());
        headers.scheme(scheme);
        byte[] bytes = head.bytes();
        int start = head.targetStart();
        int end = head.targetEnd();
        boolean fine = bytes[start] == '/' || (bytes[start] == '*' && end - start == 1);
        headers.path(fine ? new AsciiString(bytes, start, end - start, true) : ROOT);
        int host = head.first(Field.HOST);
        headers.authority(host < 0 ? AsciiString.EMPTY_STRING : value(head, host));
        copy(head, headers, true);
        return headers;
    }

    /** Returns an answer for HTTP/2. */
    static Http2Headers answer(Head head, ForwardedHeaders.@Nullable Marks marks) {
        DefaultHttp2Headers headers = new DefaultHttp2Headers(false);
        headers.status(String.valueOf(head.status()));
        copy(head, headers, false);
        if (marks != null) {
            headers.set(SITE, marks.site());
            headers.set(REASON, marks.reason());
        }
        return headers;
    }

    /** Returns trailers for HTTP/2. */
    static Http2Headers trailers(Head trailers) {
        DefaultHttp2Headers headers = new DefaultHttp2Headers(false);
        for (int i = 0; i < trailers.count(); i++) {
            if (Outgoing.mayTrail(trailers.field(i))) {
                add(trailers, i, headers);
            }
        }
        return headers;
    }

    private static void copy(Head head, Http2Headers headers, boolean request) {
        for (int i = 0; i < head.count(); i++) {
            if (!ForwardedHeaders.isForOneHop(head, i) && !(request && head.field(i) == Field.HOST)) {
                add(head, i, headers);
            }
        }
    }

    private static void add(Head head, int i, Http2Headers headers) {
        byte[] bytes = head.bytes();
        int start = head.lineStart(i);
        AsciiString name = new AsciiString(bytes, start, head.nameEnd(i) - start, true).toLowerCase();
        headers.add(name, value(head, i));
    }

    private static AsciiString value(Head head, int i) {
        int start = head.valueStart(i);
        return new AsciiString(head.bytes(), start, head.valueEnd(i) - start, true);
    }
}
