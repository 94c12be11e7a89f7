package io.grouter.sim.scenario;

import io.grouter.sim.scenario.Measurements.Sample;
import io.grouter.sim.scenario.Visit.Way;
import java.util.List;
import java.util.Locale;

/** The charts of a report, as SVG. */
final class Charts {
    private static final int LANE = 26;
    private static final List<Way> STACK = List.of(Way.FORWARDED, Way.REDIRECTED, Way.RELAYED, Way.FAILED);

    private final Outcome outcome;
    private final Buckets buckets;
    private final double seconds;

    Charts(Outcome outcome) {
        this.outcome = outcome;
        this.buckets = Buckets.of(outcome);
        this.seconds = outcome.scenario().duration().toMillis() / 1e3;
    }

    private double second(int bucket) {
        return bucket * buckets.nanos() / 1e9;
    }

    /** Returns requests per second by the way they were answered, one upon the other. */
    String requests() {
        double most = 0;
        for (int i = 0; i < buckets.size(); i++) {
            most = Math.max(most, buckets.perSecond(i));
        }
        double top = TimeChart.roundUp(most * 1.02);
        TimeChart chart = new TimeChart("requests per second by the way they were answered", seconds, 240);
        chart.values(top, "");
        double[] below = new double[buckets.size()];
        for (Way way : STACK) {
            stack(chart, way, below, top);
        }
        for (int i = 0; i < buckets.size(); i++) {
            chart.column(second(i), second(i + 1), describe(i));
        }
        return chart.times().steps(outcome.seen().steps()).end();
    }

    /** Bars without gaps: what is between two of them was not measured, so nothing is drawn sloping there. */
    private void stack(TimeChart chart, Way way, double[] below, double top) {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < buckets.size(); i++) {
            double value = buckets.perSecond(way, i);
            if (value > 0) {
                String left = TimeChart.number(chart.x(second(i)));
                String right = TimeChart.number(chart.x(second(i + 1)));
                path.append('M')
                        .append(left)
                        .append(' ')
                        .append(TimeChart.number(chart.y(below[i] / top)))
                        .append('V')
                        .append(TimeChart.number(chart.y((below[i] + value) / top)))
                        .append('H')
                        .append(right)
                        .append('V')
                        .append(TimeChart.number(chart.y(below[i] / top)))
                        .append('Z');
            }
            below[i] += value;
        }
        chart.add("<path class=\"" + way.word() + "\" d=\"" + path + "\"/>");
    }

    private String describe(int bucket) {
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%.2f s", second(bucket)));
        for (Way way : STACK) {
            double value = buckets.perSecond(way, bucket);
            if (value > 0) {
                text.append(String.format(Locale.ROOT, "%n%s %.0f/s", way.word(), value));
            }
        }
        return text.append(String.format(Locale.ROOT, "%np99 %.1f ms", buckets.p99Nanos()[bucket] / 1e6))
                .toString();
    }

    /** Returns the time that one request in a hundred exceeded. */
    String latency() {
        double most = 1;
        for (long each : buckets.p99Nanos()) {
            most = Math.max(most, each / 1e6);
        }
        double top = TimeChart.roundUp(most * 1.05);
        TimeChart chart = new TimeChart("p99 of the time to an answer", seconds, 130);
        chart.values(top, " ms");
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < buckets.size(); i++) {
            if (buckets.p99Nanos()[i] > 0) {
                line.append(line.isEmpty() || buckets.p99Nanos()[i - 1] == 0 ? 'M' : 'L')
                        .append(TimeChart.number(chart.x(second(i) + buckets.nanos() / 2e9)))
                        .append(' ')
                        .append(TimeChart.number(chart.y(buckets.p99Nanos()[i] / 1e6 / top)));
            }
        }
        chart.add("<path class=\"line\" d=\"" + line + "\"/>");
        for (int i = 0; i < buckets.size(); i++) {
            chart.column(second(i), second(i + 1), describe(i));
        }
        return chart.times().steps(outcome.seen().steps()).end();
    }

    /** Returns a lane for each site: whether its nodes held the tables of all sites. */
    String convergence() {
        int sites = outcome.seen().sites();
        TimeChart chart =
                new TimeChart("whether the nodes of each site held the tables of all sites", seconds, sites * LANE);
        for (int site = 1; site <= sites; site++) {
            lane(chart, site, sites);
        }
        return chart.times().steps(outcome.seen().steps()).end();
    }

    private void lane(TimeChart chart, int site, int sites) {
        double top = chart.y(1 - (site - 1.0) / sites) + 4;
        chart.text(chart.x(0) - 8, top + 13, "tick end", "dc" + site);
        List<Sample> samples = outcome.seen().samples();
        int begin = 0;
        for (int i = 1; i <= samples.size(); i++) {
            boolean same = i < samples.size() && state(why(samples, i, site)).equals(state(why(samples, begin, site)));
            if (!same) {
                double from = begin == 0 ? 0 : samples.get(begin).atNanos() / 1e9;
                double to = i < samples.size() ? samples.get(i).atNanos() / 1e9 : seconds;
                segment(chart, from, to, top, why(samples, begin, site));
                begin = i;
            }
        }
    }

    private static String why(List<Sample> samples, int index, int site) {
        return samples.get(index).unequal().get(site - 1);
    }

    private static String state(String why) {
        return why.isEmpty() ? "equal" : why.equals(Sample.DOWN) ? "down" : "unequal";
    }

    private static void segment(TimeChart chart, double from, double to, double top, String why) {
        double width = Math.max(1, chart.x(to) - chart.x(from) - 1.5);
        String text = why.isEmpty() ? "equal" : why;
        String tells = String.format(Locale.ROOT, "%s, %.2f s to %.2f s", text, from, to);
        chart.add("<rect class=\"" + state(why) + "\" x=\"" + TimeChart.number(chart.x(from))
                + "\" y=\"" + TimeChart.number(top) + "\" width=\"" + TimeChart.number(width) + "\" height=\""
                + (LANE - 8) + "\" rx=\"3\"><title>" + Html.escape(tells) + "</title></rect>");
        String label = why.isEmpty() ? "" : why;
        if (width > 7.0 * label.length() && !label.isEmpty()) {
            chart.text(chart.x(from) + 6, top + 13, "inlane", label);
        }
    }
}
