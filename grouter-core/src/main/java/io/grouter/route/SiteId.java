package io.grouter.route;

import java.util.regex.Pattern;

/**
 * The name of a site: 1 to 32 lower-case letters, digits and inner hyphens, so that it can stand as a DNS label.
 *
 * @param name the name, for example {@code dc1}
 */
public record SiteId(String name) implements Comparable<SiteId> {
    private static final Pattern VALID = Pattern.compile("[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?");

    /** Checks the name and throws {@link IllegalArgumentException} when it is not a valid site name. */
    public SiteId {
        if (!VALID.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "site name: \"" + name + "\" (expected: 1 to 32 of a-z, 0-9 and inner hyphens)");
        }
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
