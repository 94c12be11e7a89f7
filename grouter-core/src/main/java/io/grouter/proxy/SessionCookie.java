package io.grouter.proxy;

import io.grouter.route.SessionHint;
import org.jspecify.annotations.Nullable;

/** The cookie with which GoRouter keeps a session at one instance of an app. */
final class SessionCookie {
    private static final String NAME = "__VCAP_ID__";

    private SessionCookie() {}

    /** Returns the hint of the instance in the value of a Cookie header (RFC 6265 section 4.2); 0 = there is none. */
    static int hint(@Nullable String cookies) {
        if (cookies == null) {
            return 0;
        }
        int at = cookies.indexOf(NAME);
        while (at >= 0) {
            int value = at + NAME.length();
            boolean whole = at == 0 || cookies.charAt(at - 1) == ' ' || cookies.charAt(at - 1) == ';';
            if (whole && value < cookies.length() && cookies.charAt(value) == '=') {
                return of(cookies, value + 1);
            }
            at = cookies.indexOf(NAME, value);
        }
        return 0;
    }

    private static int of(String cookies, int start) {
        int from = start;
        int to = cookies.indexOf(';', from);
        to = to < 0 ? cookies.length() : to;
        while (to > from && cookies.charAt(to - 1) == ' ') {
            to--;
        }
        if (to - from >= 2 && cookies.charAt(from) == '"' && cookies.charAt(to - 1) == '"') {
            from++;
            to--;
        }
        return to == from ? 0 : SessionHint.of(cookies.substring(from, to));
    }
}
