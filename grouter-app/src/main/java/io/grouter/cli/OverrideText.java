package io.grouter.cli;

/** Overrides in words. */
final class OverrideText {
    private OverrideText() {}

    /** Returns the order itself: {@code drain of hello.example.com}. */
    static String what(Fields override) {
        String route = Printable.of(override.text("route"));
        return switch (override.text("kind")) {
            case "drain-site" -> "drain of the whole site";
            case "drain-route" -> "drain of " + route;
            case "force-route" -> "force of " + route + " to " + Printable.of(override.text("site"));
            default -> Printable.of(override.text("kind")) + " " + route;
        };
    }

    /** Returns the order with who, why and until when. */
    static String sentence(Fields override) {
        return what(override) + " until " + Figures.time(override.text("until")) + ", by "
                + Printable.of(override.text("who")) + ": " + Printable.of(override.text("why"));
    }
}
