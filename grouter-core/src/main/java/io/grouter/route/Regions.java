package io.grouter.route;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Names of regions, as sites carry them and as apps are pinned to them. */
public final class Regions {
    private static final Pattern VALID = Pattern.compile("[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?");
    /** The region that no site is in. */
    static final String NOWHERE = "-";

    private static final Pattern SEPARATORS = Pattern.compile("[,. ]+");

    private Regions() {}

    /** Throws {@link IllegalArgumentException} that names the key when the text is no name of a region. */
    public static void check(String key, String region) {
        if (!VALID.matcher(region).matches()) {
            throw new IllegalArgumentException(
                    key + ": \"" + region + "\" (expected: 1 to 32 of a-z, 0-9 and inner hyphens)");
        }
    }

    /**
     * Returns the regions in the value of a tag, separated by commas, dots or spaces (labels of Cloud Foundry allow no
     * commas); at least one. What is no name of a region is kept as a region that no site is in, and so is a value
     * without any: a pin with a mistake in it must not become none.
     */
    public static List<String> parse(String value) {
        List<String> regions = new ArrayList<>();
        for (String part : SEPARATORS.split(value)) {
            if (!part.isEmpty() && regions.size() < PolicyRule.MOST_REGIONS) {
                regions.add(VALID.matcher(part).matches() ? part : NOWHERE);
            }
        }
        return regions.isEmpty() ? List.of(NOWHERE) : regions;
    }
}
