package io.grouter.sim.whatif;

import java.util.List;
import java.util.Locale;

/** An answer as text for people. */
final class TextAnswer {
    private static final int MOST_NAMES = 20;

    private TextAnswer() {}

    static String of(Answer answer) {
        StringBuilder text = new StringBuilder();
        text.append(answer.name()).append('\n');
        add(
                text,
                "%,d routes in %d sites, %s requests per second; all numbers below are requests per second%n",
                answer.routes(),
                answer.moments().get(0).loads().size(),
                WhatIf.number(answer.requestsPerSecond()));
        answer.notes().forEach(each -> text.append("Note: ").append(each).append('\n'));
        for (Moment each : answer.moments()) {
            moment(each, text);
        }
        return text.toString();
    }

    private static void moment(Moment moment, StringBuilder text) {
        text.append('\n').append(moment.at()).append(moment.at().isEmpty() ? "" : "  ");
        text.append(moment.what()).append('\n');
        add(
                text,
                "  %-12s %-13s %10s %10s %10s %10s %11s %10s %10s %10s%n",
                "site",
                "state",
                "entering",
                "served",
                "redir. out",
                "in",
                "relayed out",
                "in",
                "failed",
                "capacity");
        for (SiteLoad each : moment.loads()) {
            add(
                    text,
                    "  %-12s %-13s %10s %10s %10s %10s %11s %10s %10s %10s%s%n",
                    each.site(),
                    each.state(),
                    WhatIf.number(each.entering()),
                    WhatIf.number(each.served()),
                    WhatIf.number(each.redirectedOut()),
                    WhatIf.number(each.redirectedIn()),
                    WhatIf.number(each.relayedOut()),
                    WhatIf.number(each.relayedIn()),
                    WhatIf.number(each.failed()),
                    each.capacity() > 0 ? WhatIf.number(each.capacity()) : "-",
                    share(each));
        }
        if (moment.failedRate() > 0) {
            StringBuilder causes = new StringBuilder();
            moment.failed()
                    .forEach((cause, rate) -> causes.append(causes.isEmpty() ? "" : ", ")
                            .append(cause)
                            .append(' ')
                            .append(WhatIf.number(rate)));
            add(text, "  failed: %s (%s)%n", WhatIf.number(moment.failedRate()), causes);
        }
        names(text, moment.withoutSite(), "without any site");
        add(text, "  routes with one site left: %,d%n", moment.inOne());
        names(text, moment.fellToOne(), "with one site left that had more");
        names(text, moment.stuck(), "pinned that cannot move");
    }

    private static String share(SiteLoad load) {
        return load.capacity() > 0
                ? String.format(Locale.ROOT, "  %4.0f%%%s", 100 * load.share(), load.over() ? " OVER" : "")
                : "";
    }

    private static void names(StringBuilder text, List<String> names, String what) {
        add(text, "  routes %s: %,d%n", what, names.size());
        names.stream()
                .limit(MOST_NAMES)
                .forEach(each -> text.append("    ").append(each).append('\n'));
        if (names.size() > MOST_NAMES) {
            add(text, "    and %,d more (all of them: --output json)%n", names.size() - MOST_NAMES);
        }
    }

    private static void add(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format.replace("%n", "\n"), values));
    }
}
