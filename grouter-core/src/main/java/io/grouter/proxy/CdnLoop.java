package io.grouter.proxy;

import io.grouter.http.Field;
import io.grouter.http.Head;

/**
 * Reads CDN-Loop (RFC 8586): a list of those a request has been through, each a name with parameters. A Grouter calls
 * itself {@code grouter-} and its site.
 */
final class CdnLoop {
    private static final String PREFIX = "grouter-";

    private CdnLoop() {}

    /** Returns what a site's Grouters call themselves. */
    static String nameOf(String site) {
        return PREFIX + site;
    }

    /** Returns whether a request has been through a Grouter of any site. */
    static boolean namesGrouter(Head request) {
        return names(request, PREFIX, true);
    }

    /** Returns whether a request has been through a Grouter with this name. */
    static boolean names(Head request, String lowerCase) {
        return names(request, lowerCase, false);
    }

    private static boolean names(Head request, String wanted, boolean asPrefix) {
        int line = request.first(Field.CDN_LOOP);
        for (; line >= 0 && line < request.count(); line++) {
            if (request.field(line) == Field.CDN_LOOP && lineNames(request, line, wanted, asPrefix)) {
                return true;
            }
        }
        return false;
    }

    private static boolean lineNames(Head request, int line, String wanted, boolean asPrefix) {
        byte[] bytes = request.bytes();
        int end = request.valueEnd(line);
        int at = request.valueStart(line);
        while (at < end) {
            at = skipSpace(bytes, at, end);
            int nameEnd = at;
            while (nameEnd < end && isToken(bytes[nameEnd])) {
                nameEnd++;
            }
            int after = skipSpace(bytes, nameEnd, end);
            boolean whole = after == end || bytes[after] == ',' || bytes[after] == ';';
            if (whole && is(bytes, at, nameEnd, wanted, asPrefix)) {
                return true;
            }
            at = nextElement(bytes, nameEnd, end);
        }
        return false;
    }

    private static int skipSpace(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && (bytes[at] == ' ' || bytes[at] == '\t')) {
            at++;
        }
        return at;
    }

    /** Returns where the element after the next comma begins; a comma in quotes is none (RFC 9110 section 5.6.4). */
    private static int nextElement(byte[] bytes, int from, int end) {
        boolean quoted = false;
        for (int at = from; at < end; at++) {
            if (quoted && bytes[at] == '\\') {
                at++;
            } else if (bytes[at] == '"') {
                quoted = !quoted;
            } else if (bytes[at] == ',' && !quoted) {
                return at + 1;
            }
        }
        return quoted ? nextComma(bytes, from, end) : end; // a quote that never ends hides nobody
    }

    private static int nextComma(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && bytes[at] != ',') {
            at++;
        }
        return Math.min(end, at + 1);
    }

    private static boolean is(byte[] bytes, int start, int end, String wanted, boolean asPrefix) {
        int length = end - start;
        if (asPrefix ? length <= wanted.length() : length != wanted.length()) {
            return false;
        }
        for (int i = 0; i < wanted.length(); i++) {
            byte b = bytes[start + i];
            if ((b >= 'A' && b <= 'Z' ? b + 32 : b) != wanted.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** RFC 9110 section 5.6.2. */
    private static boolean isToken(byte b) {
        boolean digitOrLetter = (b >= '0' && b <= '9') || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z');
        return digitOrLetter || (b > 0 && "!#$%&'*+-.^_`|~".indexOf(b) >= 0);
    }
}
