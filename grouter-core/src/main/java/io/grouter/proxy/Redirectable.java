package io.grouter.proxy;

import io.grouter.http.Field;
import io.grouter.http.Head;

/** Tells requests that clients make again at another host, unchanged, from those that would lose something. */
final class Redirectable {
    private Redirectable() {}

    /**
     * Returns whether a redirect would do: a GET or HEAD with nothing in it that is for one host alone, and not from a
     * script, whose browser may refuse to follow (Fetch, section 4.4).
     */
    static boolean is(Head request) {
        return (request.methodIs("GET") || request.methodIs("HEAD"))
                && !request.has(Field.AUTHORIZATION)
                && !request.has(Field.PROXY_AUTHORIZATION)
                && !request.has(Field.COOKIE)
                && !request.has(Field.UPGRADE)
                && !request.has(Field.X_CF_PROXY_SIGNATURE)
                && !request.has(Field.ORIGIN)
                && !isGrpc(request);
    }

    /** Returns whether a request says that it is gRPC. */
    static boolean isGrpc(Head request) {
        int type = request.first(Field.CONTENT_TYPE);
        return type >= 0 && request.valueStartsWith(type, "application/grpc");
    }
}
