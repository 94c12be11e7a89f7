package io.grouter.admin;

import java.util.Locale;

/** What somebody may do at the admin API, and what a request needs; each role includes those before it. */
public enum Role {
    /** Nothing but to ask whether the node is alive and ready. */
    NONE,
    /** To see everything. */
    READ,
    /** To see everything and to change it. */
    OPERATE;

    /** Returns whether who has this role may do what needs another one. */
    public boolean allows(Role needed) {
        return compareTo(needed) >= 0;
    }

    /** Returns the role as the configuration writes it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the role of a word that can be given to somebody; throws {@link IllegalArgumentException} for others. */
    public static Role granted(String word) {
        return switch (word) {
            case "read" -> READ;
            case "operate" -> OPERATE;
            default -> throw new IllegalArgumentException("role: \"" + word + "\" (expected: read, operate)");
        };
    }
}
