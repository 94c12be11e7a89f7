package io.grouter.cli;

/** Decisions in words. */
final class Decisions {
    private Decisions() {}

    /** Returns what happens to a request, to follow "is": {@code redirected to dc2}. */
    static String toWhere(Fields decision) {
        String site = Printable.of(decision.text("site"));
        return switch (decision.text("decision")) {
            case "forward" -> "forwarded to the GoRouters here" + (site.isEmpty() ? "" : " (" + site + ")");
            case "redirect" -> "redirected to " + site;
            case "relay" -> "relayed to " + site;
            case "refuse" -> "refused" + (decision.has("status") ? " with " + decision.text("status") : "");
            default -> Printable.of(decision.text("decision"));
        };
    }
}
