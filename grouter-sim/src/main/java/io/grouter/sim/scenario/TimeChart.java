package io.grouter.sim.scenario;

import java.util.List;
import java.util.Locale;

/** The frame of a chart over the time of a run, as SVG: axes, and the steps as numbered vertical lines. */
final class TimeChart {
    private static final int WIDTH = 1_000;
    private static final int LEFT = 68;
    private static final int RIGHT = 14;
    private static final int TOP = 30;
    private static final int BOTTOM = 26;
    private static final int MARK = 17;
    private static final double[] TIME_STEPS = {1, 2, 5, 10, 20, 30, 60, 120};
    private static final int MOST_TIMES = 14;

    private final StringBuilder svg = new StringBuilder();
    private final double seconds;
    private final int height;

    /**
     * Begins a chart.
     *
     * @param label what it shows, for those who cannot see it
     * @param height height of the area for data
     */
    TimeChart(String label, double seconds, int height) {
        this.seconds = seconds;
        this.height = height;
        svg.append("<svg viewBox=\"0 0 ")
                .append(WIDTH)
                .append(' ')
                .append(TOP + height + BOTTOM)
                .append("\" role=\"img\" aria-label=\"")
                .append(Html.escape(label))
                .append("\">\n");
    }

    double x(double second) {
        return LEFT + Math.max(0, Math.min(1, second / seconds)) * (WIDTH - LEFT - RIGHT);
    }

    /** Returns the height of a share of the area, 0 at its foot. */
    double y(double share) {
        return TOP + height * (1 - share);
    }

    static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    TimeChart add(String element) {
        svg.append(element).append('\n');
        return this;
    }

    TimeChart text(double x, double y, String style, String text) {
        return add("<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" class=\"" + style + "\">" + Html.escape(text)
                + "</text>");
    }

    /** Draws lines and numbers for a few values from 0 to a top. */
    TimeChart values(double top, String unit) {
        for (int i = 0; i <= 4; i++) {
            double y = y(i / 4.0);
            add("<line class=\"" + (i == 0 ? "axis" : "grid") + "\" x1=\"" + LEFT + "\" x2=\"" + (WIDTH - RIGHT)
                    + "\" y1=\"" + number(y) + "\" y2=\"" + number(y) + "\"/>");
            text(LEFT - 8, y + 4, "tick end", Texts.number(top * i / 4) + (i == 4 ? unit : ""));
        }
        return this;
    }

    /** Draws the seconds at the foot. */
    TimeChart times() {
        double step = TIME_STEPS[TIME_STEPS.length - 1];
        for (int i = TIME_STEPS.length - 1; i >= 0; i--) {
            if (seconds / TIME_STEPS[i] <= MOST_TIMES) {
                step = TIME_STEPS[i];
            }
        }
        for (double at = 0; at <= seconds; at += step) {
            text(
                    x(at),
                    TOP + height + 18,
                    at == 0 ? "tick" : at + step / 4 > seconds ? "tick end" : "tick middle",
                    Texts.number(at) + " s");
        }
        return this;
    }

    /** Draws the steps; their numbers keep a distance to each other, their lines are where they belong. */
    TimeChart steps(List<Measurements.Done> steps) {
        double free = 0;
        for (int i = 0; i < steps.size(); i++) {
            Measurements.Done step = steps.get(i);
            double at = x(step.atNanos() / 1e9);
            double mark = Math.min(Math.max(at, free), WIDTH - MARK / 2.0);
            free = mark + MARK + 2;
            add("<g class=\"step" + (step.problem().isEmpty() ? "" : " bad") + "\"><title>" + (i + 1) + ": "
                    + Html.escape(step.run()) + " (" + Texts.seconds(step.atNanos()) + ")</title>");
            add("<path d=\"M" + number(mark) + " " + MARK + "L" + number(at) + " " + (TOP - 2) + "V" + (TOP + height)
                    + "\"/>");
            add("<circle cx=\"" + number(mark) + "\" cy=\"9\" r=\"8\"/>");
            text(mark, 12.5, "middle", String.valueOf(i + 1)).add("</g>");
        }
        return this;
    }

    /** Draws an invisible column that tells its values to who points at it. */
    TimeChart column(double from, double to, String tells) {
        return add("<rect class=\"column\" x=\"" + number(x(from)) + "\" y=\"" + TOP + "\" width=\""
                + number(x(to) - x(from)) + "\" height=\"" + height + "\"><title>" + Html.escape(tells)
                + "</title></rect>");
    }

    String end() {
        return svg.append("</svg>\n").toString();
    }

    /** Returns the least round number that is not less than a value. */
    static double roundUp(double value) {
        double power = Math.pow(10, Math.floor(Math.log10(Math.max(value, 1e-3))));
        for (double factor : new double[] {1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10}) {
            if (value <= factor * power) {
                return factor * power;
            }
        }
        return 10 * power;
    }
}
