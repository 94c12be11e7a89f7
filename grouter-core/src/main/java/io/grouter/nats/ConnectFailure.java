package io.grouter.nats;

import io.nats.client.AuthenticationException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Puts into words why a connection to NATS failed, and what to look at. */
final class ConnectFailure {
    private ConnectFailure() {}

    static String describe(Throwable failure) {
        if (find(failure, AuthenticationException.class) != null) {
            return "the server refuses user or password (look at nats.user and nats.password)";
        }
        SSLException tls = find(failure, SSLException.class);
        if (tls != null) {
            return "TLS failed: " + deepest(tls) + " (look at nats.tls and the server's certificate)";
        }
        return deepest(failure);
    }

    static boolean isTls(Throwable failure) {
        return find(failure, SSLException.class) != null;
    }

    private static <T extends Throwable> @Nullable T find(Throwable failure, Class<T> type) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (type.isInstance(each)) {
                return type.cast(each);
            }
        }
        return null;
    }

    private static String deepest(Throwable failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        return deepest.getMessage() == null ? deepest.toString() : deepest.getMessage();
    }
}
