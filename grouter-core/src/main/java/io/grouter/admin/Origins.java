package io.grouter.admin;

import io.grouter.route.IpLiterals;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns away what a web page of somebody else makes a browser send: requests for a name that was only made to lead here
 * (DNS rebinding), and changes that other pages ask for (CSRF). Immutable.
 */
final class Origins {
    private static final List<String> OF_FORMS =
            List.of("application/x-www-form-urlencoded", "multipart/form-data", "text/plain");

    private final Set<String> names = new HashSet<>();

    /** What is wrong with where a request comes from; the reason is a word for metrics. */
    record Problem(String reason, int status, String title, String detail) {}

    Origins(AdminConfig config) {
        names.add("localhost");
        names.add(config.listen().getHostString().toLowerCase(Locale.ROOT));
        names.addAll(config.hosts());
    }

    /** Returns what is wrong with a request, null when nothing is. */
    @Nullable
    Problem problem(Visit visit) {
        Problem host = host(visit);
        if (host != null || !visit.writes()) {
            return host;
        }
        String origin = visit.header("Origin");
        String fetchSite = visit.header("Sec-Fetch-Site");
        if (origin == null && fetchSite == null) {
            return null; // no browser: those we know say one of them with every change
        }
        if (origin != null && !own(origin, visit)) {
            return new Problem(
                    "origin",
                    403,
                    "Other origin",
                    "Origin: \"" + origin + "\" is not this node's own; pages of others may not change anything here");
        }
        if (fetchSite != null && !fetchSite.equals("same-origin") && !fetchSite.equals("none")) {
            return new Problem(
                    "origin",
                    403,
                    "Other origin",
                    "Sec-Fetch-Site: \"" + fetchSite + "\"; pages of others may not change anything here");
        }
        return form(visit.header("Content-Type"));
    }

    /**
     * With TLS a browser has compared the name with the certificate. A page whose host is an address is of nobody but
     * who has this address, so no name server can make it another one.
     */
    private @Nullable Problem host(Visit visit) {
        String host = visit.header("Host");
        if (visit.tls() || host == null) {
            return null;
        }
        String name = name(host);
        if (names.contains(name) || IpLiterals.isIpLiteral(name)) {
            return null;
        }
        return new Problem(
                "host",
                421,
                "Not known by this name",
                "Host: \"" + host + "\" is not a name of this node (expected: an address, or one of "
                        + String.join(", ", names.stream().sorted().toList()) + "; admin.hosts adds names)");
    }

    /** Returns the host of a {@code host:port}, in lower case and without brackets. */
    private static String name(String authority) {
        int colon = authority.startsWith("[") ? authority.indexOf(':', authority.indexOf(']')) : authority.indexOf(':');
        String host = (colon < 0 ? authority : authority.substring(0, colon)).toLowerCase(Locale.ROOT);
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    /** A page over http is none of a node that speaks TLS; the other way round TLS may end at a proxy in front. */
    private static boolean own(String origin, Visit visit) {
        String host = visit.header("Host");
        int scheme = origin.indexOf("://");
        if (host == null || scheme < 0) {
            return false;
        }
        boolean https = origin.startsWith("https:");
        if (!https && (visit.tls() || !origin.startsWith("http:"))) {
            return false;
        }
        String port = https ? ":443" : ":80";
        return withPort(origin.substring(scheme + 3), port).equals(withPort(host, port));
    }

    private static String withPort(String authority, String port) {
        String lower = authority.toLowerCase(Locale.ROOT);
        return lower.matches(".*:\\d+") ? lower : lower + port;
    }

    private static @Nullable Problem form(@Nullable String contentType) {
        if (contentType == null) {
            return null;
        }
        int end = contentType.indexOf(';');
        String type =
                (end < 0 ? contentType : contentType.substring(0, end)).trim().toLowerCase(Locale.ROOT);
        return OF_FORMS.contains(type)
                ? new Problem(
                        "content-type",
                        415,
                        "Not a form",
                        "Content-Type: " + type + " is what forms send (expected from a page: application/json)")
                : null;
    }
}
