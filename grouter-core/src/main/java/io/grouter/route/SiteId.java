package io.grouter.route;

/**
 * The name of a site: 1 to 32 lower-case letters, digits and inner hyphens, so that it can stand as a DNS label.
 *
 * @param name the name, for example {@code dc1}
 */
public record SiteId(String name) implements Comparable<SiteId> {
    private static final int MOST_CHARACTERS = 32;

    /** Checks the name and throws {@link IllegalArgumentException} when it is not a valid site name. */
    public SiteId {
        if (!valid(name)) {
            throw new IllegalArgumentException(
                    "site name: \"" + name + "\" (expected: 1 to 32 of a-z, 0-9 and inner hyphens)");
        }
    }

    /** Says so without a regular expression: every message between sites names several. */
    private static boolean valid(String name) {
        int length = name.length();
        if (length == 0 || length > MOST_CHARACTERS || name.charAt(0) == '-' || name.charAt(length - 1) == '-') {
            return false;
        }
        for (int i = 0; i < length; i++) {
            char c = name.charAt(i);
            if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-') {
                return false;
            }
        }
        return true;
    }

    @Override
    public int compareTo(SiteId other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
