package io.grouter.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The header fields a proxy has to know; every other is {@link #OTHER} and passes as it is. */
public enum Field {
    /** Any field not listed here. */
    OTHER(""),
    /** RFC 9110 section 7.2. */
    HOST("host"),
    /** RFC 9110 section 8.6. */
    CONTENT_LENGTH("content-length"),
    /** RFC 9112 section 6.1. */
    TRANSFER_ENCODING("transfer-encoding"),
    /** RFC 9110 section 7.6.1. */
    CONNECTION("connection"),
    /** For one hop (RFC 9110 section 7.6.1). */
    KEEP_ALIVE("keep-alive"),
    /** For one hop (RFC 9110 section 7.6.1). */
    PROXY_CONNECTION("proxy-connection"),
    /** For one hop, as GoRouter takes it. */
    PROXY_AUTHENTICATE("proxy-authenticate"),
    /** For one hop, as GoRouter takes it. */
    PROXY_AUTHORIZATION("proxy-authorization"),
    /** For one hop, but for {@code trailers} (RFC 9110 section 10.1.4). */
    TE("te"),
    /** RFC 9110 section 7.8. */
    UPGRADE("upgrade"),
    /** Goes with {@code Upgrade: h2c}, which no GoRouter speaks. */
    HTTP2_SETTINGS("http2-settings"),
    /** RFC 9110 section 10.1.1. */
    EXPECT("expect"),
    /** Addresses the request came through. */
    X_FORWARDED_FOR("x-forwarded-for"),
    /** Scheme the client used. */
    X_FORWARDED_PROTO("x-forwarded-proto"),
    /** Host the client asked for. */
    X_FORWARDED_HOST("x-forwarded-host"),
    /** Port the client asked at. */
    X_FORWARDED_PORT("x-forwarded-port"),
    /** The client's certificate. */
    X_FORWARDED_CLIENT_CERT("x-forwarded-client-cert"),
    /** When the request came, in milliseconds of the epoch. */
    X_REQUEST_START("x-request-start"),
    /** GoRouter's id of a request; on every answer of an app. */
    X_VCAP_REQUEST_ID("x-vcap-request-id"),
    /** On answers of apps only. */
    SET_COOKIE("set-cookie"),
    /** GoRouter's own error. */
    X_CF_ROUTERERROR("x-cf-routererror"),
    /** Grouter's own site. */
    X_GROUTER_SITE("x-grouter-site"),
    /** Grouter's reason for its decision. */
    X_GROUTER_REASON("x-grouter-reason"),
    /** For the access log. */
    USER_AGENT("user-agent"),
    /** For the access log; tells requests of pages of the same host. */
    REFERER("referer"),
    /** W3C trace context; for the access log, and for Grouter's own span. */
    TRACEPARENT("traceparent"),
    /** W3C trace context: what others add to it. */
    TRACESTATE("tracestate"),
    /** Tells gRPC. */
    CONTENT_TYPE("content-type"),
    /** Makes a request one that may be sent again. */
    IDEMPOTENCY_KEY("idempotency-key"),
    /** Whom a request has been through (RFC 8586). */
    CDN_LOOP("cdn-loop"),
    /** Clients that follow a redirect drop it. */
    AUTHORIZATION("authorization"),
    /** Clients that follow a redirect have another one for another host. */
    COOKIE("cookie"),
    /** Set by scripts, which may not be redirected to another origin. */
    ORIGIN("origin"),
    /** Set by browsers over TLS: whether it comes from a page of the same origin (W3C Fetch Metadata). */
    SEC_FETCH_SITE("sec-fetch-site"),
    /** GoRouter's route services: the signature is for this very request. */
    X_CF_PROXY_SIGNATURE("x-cf-proxy-signature"),
    /** GoRouter's hop-by-hop exceptions: trace headers. */
    B3("b3"),
    /** GoRouter's hop-by-hop exceptions: trace headers. */
    X_B3("x-b3"),
    /** GoRouter's hop-by-hop exceptions: trace headers. */
    X_B3_TRACEID("x-b3-traceid"),
    /** GoRouter's hop-by-hop exceptions: trace headers. */
    X_B3_SPANID("x-b3-spanid");

    static final int COUNT = values().length;

    private static final Field[][] BY_LENGTH = byLength();

    private final byte[] name;

    Field(String name) {
        this.name = name.getBytes(StandardCharsets.US_ASCII);
    }

    private static Field[][] byLength() {
        int longest = 0;
        for (Field field : values()) {
            longest = Math.max(longest, field.name.length);
        }
        Field[][] table = new Field[longest + 1][];
        for (int length = 0; length <= longest; length++) {
            List<Field> fitting = new ArrayList<>();
            for (Field field : values()) {
                if (field != OTHER && field.name.length == length) {
                    fitting.add(field);
                }
            }
            table[length] = fitting.toArray(new Field[0]);
        }
        return table;
    }

    /** Returns its place in tables kept per field. */
    @SuppressWarnings("EnumOrdinal")
    int index() {
        return ordinal();
    }

    /** Returns the field with a name, in any case. */
    static Field of(byte[] bytes, int start, int end) {
        int length = end - start;
        if (length < BY_LENGTH.length) {
            Field[] fitting = BY_LENGTH[length];
            for (int i = 0; i < fitting.length; i++) {
                if (fitting[i].is(bytes, start)) {
                    return fitting[i];
                }
            }
        }
        return OTHER;
    }

    private boolean is(byte[] bytes, int start) {
        for (int i = 0; i < name.length; i++) {
            if (Ascii.lower(bytes[start + i]) != name[i]) {
                return false;
            }
        }
        return true;
    }
}
