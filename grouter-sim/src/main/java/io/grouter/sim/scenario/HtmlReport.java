package io.grouter.sim.scenario;

import io.grouter.sim.scenario.Visit.Way;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** The report of a scenario as one page that needs nothing but itself. */
public final class HtmlReport {
    private static final String STYLE = "/scenario-report.css";
    private static final int MOST_GROUPS = 50;

    private final Outcome outcome;
    private final StringBuilder page = new StringBuilder();

    private HtmlReport(Outcome outcome) {
        this.outcome = outcome;
    }

    /** Returns the page. */
    public static String of(Outcome outcome) {
        HtmlReport report = new HtmlReport(outcome);
        report.head();
        report.tiles();
        report.charts();
        report.steps();
        report.expectations();
        report.classes();
        report.failures();
        return report.page.append("</main>\n</body>\n</html>\n").toString();
    }

    private static String style() {
        try (InputStream in = HtmlReport.class.getResourceAsStream(STYLE)) {
            if (in == null) {
                throw new IllegalStateException(STYLE + " is not in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(String text) {
        return Html.escape(text);
    }

    private HtmlReport add(String html) {
        page.append(html).append('\n');
        return this;
    }

    private void head() {
        Scenario scenario = outcome.scenario();
        add("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">");
        add("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        add("<meta name=\"color-scheme\" content=\"light dark\">");
        add("<title>" + text(scenario.name()) + "</title>");
        add("<style>\n" + style() + "</style>\n</head>\n<body>\n<main>");
        add("<header>");
        add("<p class=\"kind\">Grouter scenario</p>");
        add("<h1>" + text(scenario.name()) + "</h1>");
        if (!scenario.about().isBlank()) {
            add("<p class=\"about\">" + text(scenario.about()) + "</p>");
        }
        add("</header>");
    }

    private void tile(String title, String value, String more, String style) {
        add("<div class=\"tile " + style + "\"><span class=\"title\">" + text(title) + "</span><span class=\"value\">"
                + text(value) + "</span><span class=\"more\">" + text(more) + "</span></div>");
    }

    private void tiles() {
        Scenario scenario = outcome.scenario();
        List<Summary> users = Summary.of(outcome).stream()
                .filter(each -> each.asked() != RequestClass.API)
                .toList();
        int all = users.stream().mapToInt(Summary::all).sum();
        int failed = users.stream().mapToInt(each -> each.of(Way.FAILED)).sum();
        long held = outcome.verdicts().stream().filter(Verdict::held).count();
        long[] times = outcome.seen().visits().stream()
                .filter(visit -> visit.asked() != RequestClass.API)
                .mapToLong(Visit::nanos)
                .toArray();
        add("<section class=\"tiles\">");
        tile(
                "Expectations",
                outcome.held() ? "\u2713 held" : "\u2717 not held",
                held + " of " + outcome.verdicts().size(),
                outcome.held() ? "good" : "bad");
        tile(
                "Requests",
                String.format(Locale.ROOT, "%,d", all),
                String.format(
                        Locale.ROOT,
                        "%.0f per second",
                        all / (scenario.duration().toMillis() / 1e3)),
                "");
        tile("Failed", String.format(Locale.ROOT, "%,d", failed), share(failed, all), failed == 0 ? "" : "warn");
        tile("p99", String.format(Locale.ROOT, "%.1f ms", Summary.p99(times) / 1e6), "of the time to an answer", "");
        tile(
                "Sites",
                String.valueOf(scenario.sites()),
                scenario.nodes() + " nodes and " + scenario.goRouters() + " GoRouters each"
                        + (scenario.processes() ? ", as processes" : ""),
                "");
        add("</section>");
    }

    private static String share(int part, int all) {
        return part == 0 ? "of all requests" : String.format(Locale.ROOT, "%.2f %% of all", 100.0 * part / all);
    }

    private void charts() {
        Charts charts = new Charts(outcome);
        add("<section class=\"card\"><h2>Requests per second</h2><p class=\"legend\">");
        for (Way way : Way.values()) {
            add("<span><i class=\"swatch " + way.word() + "\"></i>" + way.word() + "</span>");
        }
        add("</p>" + charts.requests() + "</section>");
        add("<section class=\"card\"><h2>Time to an answer, p99</h2>" + charts.latency() + "</section>");
        add("<section class=\"card\"><h2>Tables, by site</h2><p class=\"legend\">"
                + "<span><i class=\"swatch equal\"></i>its nodes hold the tables of all sites</span>"
                + "<span><i class=\"swatch unequal\"></i>not all of them do</span><span><i class=\"swatch down\"></i>no node runs</span></p>"
                + charts.convergence()
                + "</section>");
    }

    private void steps() {
        if (outcome.seen().steps().isEmpty()) {
            return;
        }
        add("<section class=\"card\"><h2>Steps</h2><ol class=\"steps\">");
        for (Measurements.Done step : outcome.seen().steps()) {
            add("<li><span class=\"when\">" + Texts.seconds(step.atNanos()) + "</span><code>" + text(step.run())
                    + "</code><span class=\"more\">"
                    + (step.problem().isEmpty() ? took(step.nanos()) : text(step.problem())) + "</span></li>");
        }
        add("</ol></section>");
    }

    private static String took(long nanos) {
        return nanos < 500_000_000 ? "" : "took " + Texts.seconds(nanos);
    }

    private void expectations() {
        add("<section class=\"card\"><h2>Expectations</h2><table><tbody>");
        for (Verdict verdict : outcome.verdicts()) {
            add("<tr><td class=\"mark " + (verdict.held() ? "good\">\u2713 held" : "bad\">\u2717 not held")
                    + "</td><td>" + text(verdict.expected()) + "</td><td class=\"more\">" + text(verdict.found())
                    + "</td></tr>");
        }
        add("</tbody></table></section>");
    }

    private void classes() {
        add("<section class=\"card\"><h2>Requests by what was asked for</h2><table><thead><tr><th></th>"
                + "<th class=\"n\">requests</th><th class=\"n\">forwarded</th><th class=\"n\">redirected</th>"
                + "<th class=\"n\">relayed</th><th class=\"n\">failed</th><th class=\"n\">cut off, made again</th>"
                + "<th class=\"n\">p99</th></tr></thead><tbody>");
        for (Summary each : Summary.of(outcome)) {
            StringBuilder row = new StringBuilder("<tr><td>" + text(each.asked().title()) + "</td>");
            row.append(cell(each.all()));
            for (Way way : Way.values()) {
                row.append(cell(each.of(way)));
            }
            row.append(cell(each.cutOffs()));
            row.append(String.format(Locale.ROOT, "<td class=\"n\">%.1f ms</td></tr>", each.p99Nanos() / 1e6));
            add(row.toString());
        }
        add("</tbody></table></section>");
    }

    private static String cell(long number) {
        return "<td class=\"n" + (number == 0 ? " zero" : "") + "\">" + String.format(Locale.ROOT, "%,d", number)
                + "</td>";
    }

    private void failures() {
        List<Failures.Group> groups = Failures.of(outcome.seen());
        add("<section class=\"card\"><h2>Failed requests by cause</h2>");
        if (groups.isEmpty()) {
            add("<p class=\"more\">None.</p></section>");
            return;
        }
        add("<table><thead><tr><th class=\"n\">times</th><th>asked for</th><th>at</th><th>what came</th><th>from</th>"
                + "<th>to</th><th>the first one</th></tr></thead><tbody>");
        for (Failures.Group each : groups.subList(0, Math.min(MOST_GROUPS, groups.size()))) {
            add("<tr>" + cell(each.count()) + "<td>" + text(each.asked().title()) + "</td><td>dc" + each.site()
                    + "</td><td>" + text(each.cause()) + "</td><td class=\"when\">"
                    + Texts.seconds(outcome.seen().at(each.first().beginNanos())) + "</td><td class=\"when\">"
                    + Texts.seconds(outcome.seen().at(each.last().beginNanos())) + "</td><td class=\"more\">"
                    + text(each.first().story()) + "</td></tr>");
        }
        add("</tbody></table>");
        if (groups.size() > MOST_GROUPS) {
            add("<p class=\"more\">And " + (groups.size() - MOST_GROUPS) + " other causes.</p>");
        }
        add("</section>");
    }
}
