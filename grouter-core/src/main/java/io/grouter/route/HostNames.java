package io.grouter.route;

/** Checks on host names as RFC 1123 section 2.1 writes them, plus the underscore that GoRouter lets through. */
public final class HostNames {
    /** Longest host name in characters (RFC 1035 section 2.3.4, without the root label). */
    public static final int MAX_LENGTH = 253;

    private HostNames() {}

    /** Returns whether the name is a domain of one or more proper labels, without leading or trailing dot. */
    public static boolean isDomain(String name) {
        return !name.isEmpty() && name.length() <= MAX_LENGTH && isSafePrefix(name + ".");
    }

    /** Returns whether a host, in any case, equals a lower-case domain or lies under it. No allocation. */
    public static boolean isUnder(String host, String domain) {
        int at = host.length() - domain.length();
        return (at == 0 || (at > 0 && host.charAt(at - 1) == '.'))
                && host.regionMatches(true, at, domain, 0, domain.length());
    }

    /** Returns whether the text is empty or a run of proper labels, each followed by a dot. */
    static boolean isSafePrefix(String labels) {
        return isSafePrefix(labels, labels.length());
    }

    /** Returns whether the first characters of a text are none or a run of proper labels, each followed by a dot. */
    static boolean isSafePrefix(String labels, int length) {
        int labelLength = 0;
        for (int i = 0; i < length; i++) {
            char c = labels.charAt(i);
            if (c == '.') {
                if (labelLength == 0 || labels.charAt(i - 1) == '-') {
                    return false;
                }
                labelLength = 0;
            } else if (!isLabelCharacter(c, labelLength == 0) || ++labelLength > 63) {
                return false;
            }
        }
        return labelLength == 0;
    }

    private static boolean isLabelCharacter(char c, boolean first) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '_'
                || (c == '-' && !first);
    }
}
