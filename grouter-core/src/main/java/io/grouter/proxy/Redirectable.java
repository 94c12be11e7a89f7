package io.grouter.proxy;

import io.grouter.http.Field;
import io.grouter.http.Head;
import java.util.Arrays;

/** Tells requests that clients make again at another host, unchanged, from those that would lose something. */
final class Redirectable {
    private Redirectable() {}

    /**
     * Returns whether a redirect would do: a GET or HEAD with nothing in it that is for one host alone, and not from a
     * script, whose browser may refuse to follow (Fetch, section 4.4), nor from a page of the same host, which would find
     * itself at two origins.
     */
    static boolean is(Head request) {
        return (request.methodIs("GET") || request.methodIs("HEAD"))
                && !request.has(Field.AUTHORIZATION)
                && !request.has(Field.PROXY_AUTHORIZATION)
                && !request.has(Field.COOKIE)
                && !request.has(Field.UPGRADE)
                && !request.has(Field.X_CF_PROXY_SIGNATURE)
                && !request.has(Field.ORIGIN)
                && !isGrpc(request)
                && !isOfSameHost(request);
    }

    /**
     * Returns whether a page of the host asked for is what asks. Browsers send no Origin with its GETs, but hold against
     * it what another origin answers: scripts may not read it, workers do not start, storage is another one.
     */
    private static boolean isOfSameHost(Head request) {
        int site = request.first(Field.SEC_FETCH_SITE);
        if (site >= 0) {
            return request.valueStartsWith(site, "same-origin");
        }
        int referer = request.first(Field.REFERER);
        int host = request.first(Field.HOST);
        return referer >= 0 && host >= 0 && isUrlAt(request, referer, host);
    }

    /** Browsers write the host the same way in both lines. */
    private static boolean isUrlAt(Head request, int url, int host) {
        int scheme = request.valueStartsWith(url, "https://") ? 8 : request.valueStartsWith(url, "http://") ? 7 : 0;
        int from = request.valueStart(url) + scheme;
        int length = request.valueEnd(host) - request.valueStart(host);
        int to = from + length;
        byte[] bytes = request.bytes();
        return scheme > 0
                && length > 0
                && to <= request.valueEnd(url)
                && (to == request.valueEnd(url) || bytes[to] == '/')
                && Arrays.equals(bytes, from, to, bytes, request.valueStart(host), request.valueEnd(host));
    }

    /** Returns whether a request says that it is gRPC. */
    static boolean isGrpc(Head request) {
        int type = request.first(Field.CONTENT_TYPE);
        return type >= 0 && request.valueStartsWith(type, "application/grpc");
    }
}
