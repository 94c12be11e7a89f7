package io.grouter.proxy;

import io.grouter.http.Field;
import io.grouter.http.Head;
import org.jspecify.annotations.Nullable;

/**
 * Tells GoRouter's own word that it has no app for a request, or reached no instance of it, from the answers of apps. A
 * single header is not enough: an app may pass on what another GoRouter told it. GoRouter's own errors carry
 * {@code X-Cf-RouterError} and, unlike everything that comes from an app, no {@code X-Vcap-Request-Id} and no cookies.
 */
final class NotHere {
    private NotHere() {}

    /** Returns whether the answer says so, in a case in which no app has seen the request. */
    static boolean saidBy(Head answer) {
        String error = answer.has(Field.X_CF_ROUTERERROR) ? answer.value(Field.X_CF_ROUTERERROR) : null;
        return error != null
                && !answer.has(Field.X_VCAP_REQUEST_ID)
                && !answer.has(Field.SET_COOKIE)
                && fits(answer.status(), error);
    }

    private static boolean fits(int status, @Nullable String error) {
        if (error == null) {
            return false;
        }
        return switch (status) {
            case 400 -> error.equals("unknown_route"); // X-Cf-App-Instance names an instance that is not here
            case 404 -> error.equals("unknown_route") || error.equals("no_endpoints");
            case 503 -> error.equals("no_endpoints") || error.startsWith("endpoint_failure (x509");
            case 502 -> error.startsWith("endpoint_failure (dial ");
            case 496, 525, 526 -> error.startsWith("endpoint_failure (tls");
            default -> false;
        };
    }
}
