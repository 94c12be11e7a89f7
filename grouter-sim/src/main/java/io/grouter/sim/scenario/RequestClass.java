package io.grouter.sim.scenario;

import java.util.Locale;

/** What clients ask for, again and again, at every node of every site. */
public enum RequestClass {
    /** An app that runs in this site alone. */
    LOCAL("local app", "200"),
    /** An app that runs in the next site alone. */
    REMOTE("remote app", "200"),
    /** An app that runs in every site. */
    BOTH("app in both", "200"),
    /** A name that nobody has. */
    UNKNOWN("unknown name", "404"),
    /** The alias of this site for the app that runs in every site. */
    ALIAS("alias", "200"),
    /** The node's admin API. */
    API("admin API", "answered");

    private final String title;
    private final String usual;

    RequestClass(String title, String usual) {
        this.title = title;
        this.usual = usual;
    }

    /** Returns its title in tables. */
    public String title() {
        return title;
    }

    /** Returns how a request ends when nothing is wrong. */
    public String usual() {
        return usual;
    }

    /** Returns the word for it in scenario files. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
