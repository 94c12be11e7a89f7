package io.grouter.sim;

/** What clients ask for while something is lost. */
enum Column {
    LOCAL("local app", "200"),
    REMOTE("remote app", "200"),
    BOTH("app in both", "200"),
    UNKNOWN("unknown name", "404"),
    ALIAS("alias", "200"),
    API("admin API", "answered");

    /** Its title in the table. */
    final String title;
    /** How it ends when nothing is wrong. */
    final String usual;

    Column(String title, String usual) {
        this.title = title;
        this.usual = usual;
    }
}
