package io.grouter.proxy;

import io.grouter.http.Field;
import io.grouter.http.Head;
import io.grouter.tracing.Hop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy adds to and takes from the heads that pass through it (RFC 9110 section 7.6). All other lines are copied
 * as they came, in their order, so a head costs a few copies of whole ranges.
 */
final class ForwardedHeaders {
    private static final byte[] VERSION = ascii(" HTTP/1.1\r\n");
    private static final byte[] STATUS = ascii("HTTP/1.1 ");
    private static final byte[] CRLF = ascii("\r\n");
    private static final byte[] COMMA = ascii(", ");
    private static final byte[] HOST = ascii("Host: ");
    private static final byte[] TE_TRAILERS = ascii("TE: trailers\r\n");
    private static final byte[] FORWARDED_FOR = ascii("X-Forwarded-For: ");
    private static final byte[] PROTO_HTTP = ascii("X-Forwarded-Proto: http\r\n");
    private static final byte[] PROTO_HTTPS = ascii("X-Forwarded-Proto: https\r\n");
    private static final byte[] FORWARDED_HOST = ascii("X-Forwarded-Host: ");
    private static final byte[] FORWARDED_PORT = ascii("X-Forwarded-Port: ");
    private static final byte[] CLIENT_CERT = ascii("X-Forwarded-Client-Cert: ");
    private static final byte[] REQUEST_START = ascii("X-Request-Start: ");
    private static final byte[] TRACEPARENT = ascii("traceparent: ");
    private static final byte[] CDN_LOOP = ascii("CDN-Loop: ");
    private static final byte[] CONNECTION_UPGRADE = ascii("Connection: Upgrade\r\n");
    private static final byte[] CONNECTION_CLOSE = ascii("Connection: close\r\n");
    private static final byte[] CONNECTION_KEEP = ascii("Connection: keep-alive\r\n");
    private static final byte[] CHUNKED = ascii("Transfer-Encoding: chunked\r\n");
    private static final byte[] SITE = ascii("X-Grouter-Site: ");
    private static final byte[] REASON = ascii("X-Grouter-Reason: ");
    private static final byte[] LENGTH = ascii("\r\nContent-Length: ");
    private static final byte[] OWN = ascii(OwnAnswer.COMMON.stream()
            .map(header -> "\r\n" + header.name() + ": " + header.value())
            .collect(Collectors.joining("", "", "\r\n")));
    /** Room for the lines above, addresses and numbers. */
    private static final int ADDED = 480;

    private ForwardedHeaders() {}

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Returns whether a proxy in front says that the client came over TLS; a lie only sends the liar to https. */
    static boolean cameOverTls(Head request) {
        int i = request.first(Field.X_FORWARDED_PROTO);
        return i >= 0 && request.valueStartsWith(i, "https");
    }

    /** Returns whether a client asks to change the protocol; never to HTTP/2, which no GoRouter would understand. */
    static boolean asksForUpgrade(Head request) {
        int first = request.first(Field.UPGRADE);
        if (first < 0 || !request.connectionUpgrade() || request.minorVersion() == 0) {
            return false;
        }
        for (int i = first; i < request.count(); i++) {
            if (request.field(i) == Field.UPGRADE && request.valueContains(i, "h2c")) {
                return false;
            }
        }
        return true;
    }

    // ---- requests

    /** Returns how long the request for a GoRouter is at most. */
    static int mostRequestBytes(Head head, RequestEdits edits) {
        String certificate = edits.client().certificate();
        return head.length()
                + ADDED
                + 2 * edits.authority().length()
                + (edits.host() == null ? 0 : edits.host().length())
                + (edits.target() == null ? 0 : edits.target().length())
                + (edits.loop() == null ? 0 : edits.loop().length())
                + (certificate == null ? 0 : certificate.length());
    }

    /**
     * Writes a client's request as the one a GoRouter or another site gets. What another site has said of the client
     * passes as it is.
     */
    static void writeRequest(Head head, RequestEdits edits, XfccMode xfcc, ByteBuf out) {
        ClientFacts client = edits.client();
        boolean relayed = client.site() != null;
        String certificate = xfcc == XfccMode.SANITIZE_SET && !relayed ? client.certificate() : null;
        byte[] bytes = head.bytes();
        out.writeBytes(bytes, head.startLineStart(), head.targetStart() - head.startLineStart());
        if (edits.target() == null) {
            out.writeBytes(bytes, head.targetStart(), head.targetEnd() - head.targetStart());
        } else {
            out.writeCharSequence(edits.target(), StandardCharsets.ISO_8859_1);
        }
        out.writeBytes(VERSION);
        int lastForwardedFor = client.trusted() && !relayed ? last(head, Field.X_FORWARDED_FOR) : -1;
        int lastLoop = edits.loop() == null ? -1 : last(head, Field.CDN_LOOP);
        int from = head.headersStart();
        for (int i = 0; i < head.count(); i++) {
            Field field = head.field(i);
            boolean known = client.trusted() || relayed || !saysWhoTheClientIs(head, i);
            if (field == Field.OTHER && known && !head.isNamedByConnection(i)) {
                continue;
            }
            boolean appended = i == lastForwardedFor || i == lastLoop;
            if (!appended && passes(head, i, field, edits, xfcc)) {
                continue;
            }
            int end = appended ? head.valueEnd(i) : head.lineStart(i);
            out.writeBytes(bytes, from, end - from);
            from = head.lineEnd(i);
            if (appended) {
                if (head.valueEnd(i) > head.valueStart(i)) {
                    out.writeBytes(COMMA);
                }
                ByteBufUtil.writeAscii(out, i == lastLoop ? edits.loop() : client.address());
                out.writeBytes(CRLF);
            } else if (field == Field.TE && head.valueContains(i, "trailers")) {
                out.writeBytes(TE_TRAILERS);
            } else if (field == Field.HOST) {
                writeHost(out, edits);
            }
        }
        out.writeBytes(bytes, from, head.length() - 2 - from);
        addForThisHop(head, edits, lastLoop < 0, out);
        if (!relayed) {
            addOfClient(head, edits, lastForwardedFor < 0, out);
        }
        if (certificate != null) {
            out.writeBytes(CLIENT_CERT);
            ByteBufUtil.writeAscii(out, certificate);
            out.writeBytes(CRLF);
        }
        out.writeBytes(CRLF);
    }

    private static void addForThisHop(Head head, RequestEdits edits, boolean newLoop, ByteBuf out) {
        if (!head.has(Field.HOST) && !edits.authority().isEmpty()) {
            writeHost(out, edits);
        }
        if (edits.upgrade()) {
            out.writeBytes(CONNECTION_UPGRADE);
        }
        String loop = edits.loop();
        if (loop != null && newLoop) {
            out.writeBytes(CDN_LOOP);
            ByteBufUtil.writeAscii(out, loop);
            out.writeBytes(CRLF);
        }
        Hop trace = edits.trace();
        if (trace != null) {
            out.writeBytes(TRACEPARENT);
            ByteBufUtil.writeAscii(out, trace.traceparent());
            out.writeBytes(CRLF);
        }
    }

    private static void addOfClient(Head head, RequestEdits edits, boolean forwardedFor, ByteBuf out) {
        ClientFacts client = edits.client();
        boolean trusted = client.trusted();
        if (forwardedFor) {
            out.writeBytes(FORWARDED_FOR);
            ByteBufUtil.writeAscii(out, client.address());
            out.writeBytes(CRLF);
        }
        boolean https = client.https();
        if (!trusted || !head.has(Field.X_FORWARDED_PROTO)) {
            out.writeBytes(https ? PROTO_HTTPS : PROTO_HTTP);
        } else {
            https = cameOverTls(head);
        }
        if ((!trusted || !head.has(Field.X_FORWARDED_HOST))
                && !edits.authority().isEmpty()) {
            out.writeBytes(FORWARDED_HOST);
            out.writeCharSequence(edits.authority(), StandardCharsets.ISO_8859_1);
            out.writeBytes(CRLF);
        }
        if (!trusted || !head.has(Field.X_FORWARDED_PORT)) {
            out.writeBytes(FORWARDED_PORT);
            String port = port(edits.authority());
            ByteBufUtil.writeAscii(out, port.isEmpty() ? https ? "443" : "80" : port);
            out.writeBytes(CRLF);
        }
        if (!trusted || !head.has(Field.X_REQUEST_START)) {
            out.writeBytes(REQUEST_START);
            writeNumber(out, edits.startMillis());
            out.writeBytes(CRLF);
        }
    }

    /** Returns the last line of a field, or -1. */
    static int last(Head head, Field field) {
        int last = head.first(field);
        for (int i = Math.max(0, last); last >= 0 && i < head.count(); i++) {
            last = head.field(i) == field ? i : last;
        }
        return last;
    }

    private static String port(String authority) {
        int colon = authority.lastIndexOf(':');
        return colon < 0 || authority.endsWith("]") ? "" : authority.substring(colon + 1);
    }

    private static void writeHost(ByteBuf out, RequestEdits edits) {
        out.writeBytes(HOST);
        String host = edits.host();
        if (host == null) {
            out.writeCharSequence(edits.authority(), StandardCharsets.ISO_8859_1);
        } else {
            String port = port(edits.authority());
            out.writeCharSequence(port.isEmpty() ? host : host + ":" + port, StandardCharsets.ISO_8859_1);
        }
        out.writeBytes(CRLF);
    }

    private static void writeNumber(ByteBuf out, long number) {
        long divisor = 1;
        while (number / divisor >= 10) {
            divisor *= 10;
        }
        for (; divisor > 0; divisor /= 10) {
            out.writeByte((int) ('0' + number / divisor % 10));
        }
    }

    /** Returns whether a line goes on as it is. */
    private static boolean passes(Head head, int i, Field field, RequestEdits edits, XfccMode xfcc) {
        boolean relayed = edits.client().site() != null;
        boolean trusted = edits.client().trusted() || relayed;
        return switch (field) {
            case CONNECTION,
                    KEEP_ALIVE,
                    PROXY_CONNECTION,
                    PROXY_AUTHENTICATE,
                    PROXY_AUTHORIZATION,
                    HTTP2_SETTINGS,
                    TE -> false;
            case UPGRADE -> edits.upgrade();
            case HOST -> !edits.newHost();
            case TRACEPARENT -> edits.trace() == null && !head.isNamedByConnection(i);
            case TRACESTATE -> (edits.trace() == null || !edits.trace().isFirst()) && !head.isNamedByConnection(i);
            case X_FORWARDED_FOR, X_FORWARDED_PROTO, X_FORWARDED_HOST, X_FORWARDED_PORT, X_REQUEST_START -> trusted;
            case X_FORWARDED_CLIENT_CERT ->
                switch (relayed ? XfccMode.ALWAYS_FORWARD : xfcc) {
                    case ALWAYS_FORWARD -> true;
                    case FORWARD -> edits.client().certificate() != null;
                    case SANITIZE_SET -> false;
                };
            default ->
                (trusted || !saysWhoTheClientIs(head, i)) && (mayNotBeNamed(field) || !head.isNamedByConnection(i));
        };
    }

    /** Returns whether only a proxy in front that is trusted may say this (RFC 7239, and what came before it). */
    private static boolean saysWhoTheClientIs(Head head, int i) {
        return head.nameStartsWith(i, "x-forwarded-")
                || (head.nameStartsWith(i, "forwarded") && head.nameEnd(i) - head.lineStart(i) == "forwarded".length());
    }

    /**
     * Named in Connection or not, these are not the client's to remove (GoRouter: hop_by_hop_headers_to_filter; RFC 8586
     * section 2.1).
     */
    private static boolean mayNotBeNamed(Field field) {
        return switch (field) {
            case CONTENT_LENGTH, TRANSFER_ENCODING, B3, X_B3, X_B3_SPANID, X_B3_TRACEID, CDN_LOOP -> true;
            default -> false;
        };
    }

    // ---- answers

    /** How the end of an answer's body shows to an HTTP/1.1 client. */
    enum Framing {
        /** As the GoRouter framed it. */
        AS_IT_IS,
        /** In chunks, although the GoRouter ends it with its connection. */
        ADD_CHUNKS,
        /** By the end of the connection, because the client knows no chunks. */
        BY_END
    }

    /** What becomes of a client's connection after an answer, as far as it has to be told. */
    enum After {
        /** Nothing to tell. */
        SILENT,
        /** {@code Connection: close}. */
        CLOSE,
        /** {@code Connection: keep-alive}, for HTTP/1.0. */
        KEEP,
        /** {@code Connection: Upgrade}. */
        UPGRADE
    }

    /** Writes a GoRouter's answer as the one an HTTP/1.1 client gets. */
    static void writeAnswer(Head head, Framing framing, After after, @Nullable Marks marks, Outgoing to, boolean body) {
        ByteBuf out = to.head(head.length() + ADDED + (marks == null ? 0 : marks.length()), body);
        byte[] bytes = head.bytes();
        out.writeBytes(STATUS);
        out.writeBytes(bytes, head.codeStart(), head.codeEnd() - head.codeStart());
        out.writeBytes(CRLF);
        int from = head.headersStart();
        for (int i = 0; i < head.count(); i++) {
            Field field = head.field(i);
            if (!isDropped(head, i, field, framing, after, marks)) {
                continue;
            }
            out.writeBytes(bytes, from, head.lineStart(i) - from);
            from = head.lineEnd(i);
        }
        out.writeBytes(bytes, from, head.length() - 2 - from);
        if (framing == Framing.ADD_CHUNKS) {
            out.writeBytes(CHUNKED);
        }
        switch (after) {
            case CLOSE -> out.writeBytes(CONNECTION_CLOSE);
            case KEEP -> out.writeBytes(CONNECTION_KEEP);
            case UPGRADE -> out.writeBytes(CONNECTION_UPGRADE);
            case SILENT -> {}
        }
        if (marks != null) {
            out.writeBytes(SITE);
            ByteBufUtil.writeAscii(out, marks.site());
            out.writeBytes(CRLF).writeBytes(REASON);
            ByteBufUtil.writeAscii(out, marks.reason());
            out.writeBytes(CRLF);
        }
        out.writeBytes(CRLF);
    }

    /** Returns whether a line of an answer is meant for the hop to here alone, whatever the client speaks. */
    static boolean isForOneHop(Head head, int i) {
        return switch (head.field(i)) {
            case CONNECTION, KEEP_ALIVE, PROXY_CONNECTION, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION -> true;
            case UPGRADE, TRANSFER_ENCODING -> true;
            case OTHER, AUTHORIZATION, COOKIE, ORIGIN, SEC_FETCH_SITE, X_CF_PROXY_SIGNATURE ->
                head.isNamedByConnection(i);
            default -> false;
        };
    }

    private static boolean isDropped(
            Head head, int i, Field field, Framing framing, After after, @Nullable Marks marks) {
        return switch (field) {
            case OTHER, AUTHORIZATION, COOKIE, ORIGIN, SEC_FETCH_SITE, X_CF_PROXY_SIGNATURE ->
                head.isNamedByConnection(i);
            case CONNECTION, KEEP_ALIVE, PROXY_CONNECTION, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION -> true;
            case UPGRADE -> after != After.UPGRADE;
            case TRANSFER_ENCODING -> framing != Framing.AS_IT_IS;
            case X_GROUTER_SITE, X_GROUTER_REASON -> marks != null;
            default -> false;
        };
    }

    /** Site and reason for an answer that carries them. */
    record Marks(String site, String reason) {
        int length() {
            return site.length() + reason.length();
        }
    }

    // ---- answers of Grouter's own

    /** Writes an answer of Grouter's own. */
    static void writeOwn(OwnAnswer answer, After after, boolean withoutBody, Outgoing to) {
        OwnAnswer.Header more = answer.more();
        int moreBytes = more == null ? 0 : more.name().length() + more.value().length();
        int variable = answer.phrase().length()
                + answer.site().length()
                + answer.reason().length()
                + moreBytes;
        ByteBuf out = to.head(ADDED + variable + answer.body().length, false);
        out.writeBytes(STATUS);
        writeNumber(out, answer.status());
        out.writeByte(' ');
        ByteBufUtil.writeAscii(out, answer.phrase());
        out.writeBytes(OWN);
        if (more != null) {
            ByteBufUtil.writeAscii(out, more.name());
            out.writeByte(':').writeByte(' ');
            out.writeCharSequence(more.value(), StandardCharsets.ISO_8859_1);
            out.writeBytes(CRLF);
        }
        out.writeBytes(SITE);
        ByteBufUtil.writeAscii(out, answer.site());
        out.writeBytes(CRLF).writeBytes(REASON);
        ByteBufUtil.writeAscii(out, answer.reason());
        out.writeBytes(LENGTH);
        writeNumber(out, answer.body().length);
        out.writeBytes(CRLF);
        if (after == After.CLOSE) {
            out.writeBytes(CONNECTION_CLOSE);
        } else if (after == After.KEEP) {
            out.writeBytes(CONNECTION_KEEP);
        }
        out.writeBytes(CRLF);
        if (!withoutBody) {
            out.writeBytes(answer.body());
        }
    }
}
