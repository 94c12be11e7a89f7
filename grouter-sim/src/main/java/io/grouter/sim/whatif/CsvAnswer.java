package io.grouter.sim.whatif;

import java.util.List;
import java.util.Locale;

/** An answer as lines of comma-separated values: one for each site and each route concerned, after each step. */
final class CsvAnswer {
    private static final String HEAD = "step,at,do,what,name,state,entering,served,redirectedOut,redirectedIn,"
            + "relayedOut,relayedIn,failed,capacity,over\n";

    private CsvAnswer() {}

    static String of(Answer answer) {
        StringBuilder text = new StringBuilder(HEAD);
        for (int i = 0; i < answer.moments().size(); i++) {
            Moment moment = answer.moments().get(i);
            String begin = i + "," + moment.at() + "," + quoted(moment.what()) + ",";
            for (SiteLoad each : moment.loads()) {
                text.append(String.format(
                        Locale.ROOT,
                        "%ssite,%s,%s,%.3f,%.3f,%.3f,%.3f,%.3f,%.3f,%.3f,%s,%s\n",
                        begin,
                        each.site(),
                        each.state(),
                        each.entering(),
                        each.served(),
                        each.redirectedOut(),
                        each.redirectedIn(),
                        each.relayedOut(),
                        each.relayedIn(),
                        each.failed(),
                        each.capacity() > 0 ? String.format(Locale.ROOT, "%.3f", each.capacity()) : "",
                        each.over()));
            }
            names(text, begin + "route-without-site,", moment.withoutSite());
            names(text, begin + "route-fell-to-one-site,", moment.fellToOne());
            names(text, begin + "route-pinned,", moment.stuck());
        }
        return text.toString();
    }

    private static void names(StringBuilder text, String begin, List<String> names) {
        names.forEach(each -> text.append(begin).append(quoted(each)).append(",,,,,,,,,,\n"));
    }

    /** Spreadsheets take a cell that begins so for a formula, and anybody can register a route. */
    private static String quoted(String value) {
        String safe = !value.isEmpty() && "=+-@".indexOf(value.charAt(0)) >= 0 ? "'" + value : value;
        boolean plain = safe.indexOf(',') < 0 && safe.indexOf('"') < 0 && safe.indexOf('\n') < 0;
        return plain ? safe : '"' + safe.replace("\"", "\"\"") + '"';
    }
}
