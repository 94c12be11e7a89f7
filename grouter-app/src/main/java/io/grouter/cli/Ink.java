package io.grouter.cli;

/** Colours, which are left out where nobody asked for them. */
enum Ink {
    PLAIN(""),
    BOLD("1"),
    FAINT("2"),
    GOOD("32"),
    WARN("33"),
    BAD("31"),
    REVERSE("7");

    private final String code;

    Ink(String code) {
        this.code = code;
    }

    /** Returns the text in this colour, or as it is. */
    String on(String text, boolean colours) {
        return !colours || this == PLAIN || text.isEmpty() ? text : "\u001b[" + code + "m" + text + "\u001b[0m";
    }
}
