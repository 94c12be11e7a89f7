package io.grouter.admin;

/** What somebody must be allowed to do to ask for something. */
public enum Role {
    /** Nothing: anybody may ask. */
    NONE,
    /** See everything. */
    READ,
    /** Change something. */
    OPERATE
}
