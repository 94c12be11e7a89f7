package io.grouter.overrides;

/**
 * An override that began or ended on this node.
 *
 * @param what what became of it
 * @param override the override
 * @param by who took it back, or {@code ""}
 * @param here whether it was said to this node; else to another node of the site, or the time made it so
 */
public record OverrideChange(What what, OperatorOverride override, String by, boolean here) {
    /** What can become of an override. */
    public enum What {
        /** It is in effect from now on. */
        ADDED,
        /** It is in effect in place of another for the same route, or for the site. */
        REPLACED,
        /** It was taken back. */
        REMOVED,
        /** Its time is over. */
        EXPIRED
    }
}
