package io.grouter.admin;

import com.sun.net.httpserver.Headers;
import java.net.InetSocketAddress;
import java.util.List;

/** Requests for tests. */
final class Visits {
    private Visits() {}

    /** Makes one over a connection in clear, from this machine; header lines are names and values in turn. */
    static Visit of(String method, String path, String... headers) {
        return of(false, List.of(), method, path, headers);
    }

    /** Makes one over TLS, with the names in the client's certificate. */
    static Visit secure(List<String> names, String method, String path, String... headers) {
        return of(true, names, method, path, headers);
    }

    private static Visit of(boolean tls, List<String> names, String method, String path, String... headers) {
        Headers lines = new Headers();
        for (int i = 0; i < headers.length; i += 2) {
            lines.add(headers[i], headers[i + 1]);
        }
        return new Visit(method, path, null, lines, new InetSocketAddress("127.0.0.1", 50_000), tls, names);
    }
}
