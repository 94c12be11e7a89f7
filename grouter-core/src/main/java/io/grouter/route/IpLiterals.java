package io.grouter.route;

/** Tells IP address literals from host names without ever asking a resolver. */
public final class IpLiterals {
    private IpLiterals() {}

    /** Returns whether the text is an IPv4 address in dotted form or an IPv6 address without brackets or zone. */
    public static boolean isIpLiteral(String text) {
        return text.indexOf(':') >= 0 ? isIpv6(text) : isIpv4(text);
    }

    /** Returns whether the text is an IPv4 address in dotted form: four numbers from 0 to 255. */
    public static boolean isIpv4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return false;
        }
        for (String part : parts) {
            if (part.isEmpty() || part.length() > 3 || !part.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return false;
            }
            if (Integer.parseInt(part) > 255) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns whether what listens on a host can be reached from this machine alone: {@code localhost}, 127.0.0.0/8 or
     * {@code ::1}. Any other name says no, because who answers for it is for a resolver to decide.
     */
    public static boolean isLoopback(String host) {
        return host.equals("localhost") || host.equals("::1") || (host.startsWith("127.") && isIpv4(host));
    }

    private static boolean isIpv6(String text) {
        int gap = text.indexOf("::");
        if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
            return false;
        }
        String[] groups = text.split(":", -1);
        int words = 0;
        for (int i = 0; i < groups.length; i++) {
            String group = groups[i];
            if (group.isEmpty()) {
                continue;
            }
            if (i == groups.length - 1 && group.indexOf('.') >= 0) {
                if (!isIpv4(group)) {
                    return false;
                }
                words += 2;
            } else if (group.length() <= 4 && group.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 128)) {
                words++;
            } else {
                return false;
            }
        }
        boolean openStart = text.startsWith(":") && !text.startsWith("::");
        boolean openEnd = text.endsWith(":") && !text.endsWith("::");
        return !openStart && !openEnd && (gap >= 0 ? words < 8 : words == 8);
    }
}
