package io.grouter.sim.virtual;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/** Draws the results of scale studies: four figures over the number of sites, one line for each size of a table. */
final class ScaleChart {
    private static final int WIDTH = 420;
    private static final int HEIGHT = 260;
    private static final int LEFT = 64;
    private static final int BOTTOM = 36;
    private static final int TOP = 34;
    private static final int RIGHT = 16;
    private static final String[] COLORS = {"#2563eb", "#d97706", "#059669", "#db2777", "#7c3aed", "#0891b2"};

    private final List<ScaleStudy.Result> results;
    private final List<Integer> sizes;
    private final StringBuilder svg = new StringBuilder();

    private record Figure(String title, String unit, ToDoubleFunction<ScaleStudy.Result> value) {}

    private static final List<Figure> FIGURES = List.of(
            new Figure("All tables equal after the start of all sites", "s", each -> each.startMillis() / 1e3),
            new Figure("A change is in all other sites (99 of 100)", "ms", ScaleStudy.Result::p99Millis),
            new Figure("Sent by one site to all others", "kB/s", each -> each.siteBytes() / 1e3),
            new Figure("All tables equal after a cut of 40 s", "s", each -> each.repairMillis() / 1e3));

    private ScaleChart(List<ScaleStudy.Result> results) {
        this.results = results;
        TreeSet<Integer> all = new TreeSet<>();
        results.forEach(each -> all.add(each.routes()));
        this.sizes = List.copyOf(all);
    }

    /** Returns the charts as one picture. */
    static String svg(List<ScaleStudy.Result> results) {
        return new ScaleChart(results).draw();
    }

    private String draw() {
        line(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"11\">",
                2 * WIDTH, 2 * HEIGHT + 30);
        line("<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>");
        for (int i = 0; i < FIGURES.size(); i++) {
            line("<g transform=\"translate(%d %d)\">", i % 2 * WIDTH, i / 2 * HEIGHT);
            figure(FIGURES.get(i));
            line("</g>");
        }
        for (int i = 0; i < sizes.size(); i++) {
            int x = LEFT + i * 150;
            int y = 2 * HEIGHT + 14;
            line("<circle cx=\"%d\" cy=\"%d\" r=\"4\" fill=\"%s\"/>", x, y - 4, COLORS[i % COLORS.length]);
            line("<text x=\"%d\" y=\"%d\" fill=\"#111827\">%,d routes a site</text>", x + 9, y, sizes.get(i));
        }
        line("</svg>");
        return svg.toString();
    }

    private void line(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private void figure(Figure figure) {
        double mostX =
                results.stream().mapToDouble(ScaleStudy.Result::sites).max().orElse(1);
        double leastX =
                results.stream().mapToDouble(ScaleStudy.Result::sites).min().orElse(1);
        double most = results.stream().mapToDouble(figure.value()).max().orElse(1);
        double least = results.stream()
                .mapToDouble(figure.value())
                .filter(each -> each > 0)
                .min()
                .orElse(0.1);
        double top = Math.pow(10, Math.ceil(Math.log10(Math.max(most, 1e-3))));
        double floor = Math.pow(10, Math.floor(Math.log10(Math.max(least, 1e-3))));
        top = top <= floor ? floor * 10 : top;
        line(
                "<text x=\"%d\" y=\"16\" font-weight=\"bold\" fill=\"#111827\">%s, %s</text>",
                LEFT, figure.title(), figure.unit());
        for (double tick = floor; tick <= top * 1.001; tick *= 10) {
            double y = y(tick, floor, top);
            line("<path d=\"M%d %.1fH%d\" stroke=\"#e5e7eb\"/>", LEFT, y, WIDTH - RIGHT);
            line(
                    "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" fill=\"#374151\">%s</text>",
                    LEFT - 6, y + 4, number(tick));
        }
        for (int sites :
                new TreeSet<>(results.stream().map(ScaleStudy.Result::sites).toList())) {
            line(
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"#374151\">%d</text>",
                    x(sites, leastX, mostX), HEIGHT - BOTTOM + 16, sites);
        }
        line(
                "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" fill=\"#6b7280\">sites</text>",
                WIDTH - RIGHT, HEIGHT - BOTTOM + 30);
        for (int i = 0; i < sizes.size(); i++) {
            series(figure, i, floor, top, leastX, mostX);
        }
    }

    private void series(Figure figure, int index, double floor, double top, double leastX, double mostX) {
        List<String> points = new ArrayList<>();
        String color = COLORS[index % COLORS.length];
        results.stream()
                .filter(each -> each.routes() == sizes.get(index))
                .sorted((a, b) -> Integer.compare(a.sites(), b.sites()))
                .forEach(each -> {
                    double x = x(each.sites(), leastX, mostX);
                    double y = y(Math.max(figure.value().applyAsDouble(each), floor), floor, top);
                    points.add(String.format(Locale.ROOT, "%.1f,%.1f", x, y));
                    line("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"/>", x, y, color);
                });
        line(
                "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.8\"/>",
                String.join(" ", points), color);
    }

    private static double x(double value, double least, double most) {
        double share = most <= least ? 0 : Math.log(value / least) / Math.log(most / least);
        return LEFT + 12 + share * (WIDTH - LEFT - RIGHT - 24);
    }

    private static double y(double value, double floor, double top) {
        double share = Math.log(value / floor) / Math.log(top / floor);
        return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP);
    }

    private static String number(double value) {
        return value >= 1 ? String.format(Locale.ROOT, "%,.0f", value) : String.valueOf((float) value);
    }
}
