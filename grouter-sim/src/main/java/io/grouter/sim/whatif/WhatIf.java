package io.grouter.sim.whatif;

import io.grouter.app.ConfigException;
import io.grouter.route.SiteId;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Answers a plan for exported tables. */
public final class WhatIf {
    /** How many clients of all routes together are asked for where the choice depends on the client. */
    private static final int SAMPLE = 4000;

    private static final int MOST_CLIENTS = 1000;

    private final Tables tables;
    private final Plan plan;
    private final boolean https;
    private final double[] rates;
    private final List<List<String>> pins = new ArrayList<>();
    private final double all;

    /** How an answer is written. */
    public enum Output {
        /** Tables for people. */
        TEXT,
        /** One JSON document with everything. */
        JSON,
        /** Lines with everything. */
        CSV
    }

    private WhatIf(Tables tables, Plan plan) {
        this.tables = tables;
        this.plan = plan;
        this.https =
                tables.sites().values().stream().anyMatch(each -> each.info().httpsPort() > 0);
        this.rates = new double[tables.routes().size()];
        Pins rules = new Pins(plan.steering());
        double sum = 0;
        for (int i = 0; i < rates.length; i++) {
            String host = tables.routes().get(i).host();
            rates[i] = host.isEmpty() ? 0 : plan.traffic().rate(host);
            pins.add(rules.of(host));
            sum += rates[i];
        }
        this.all = sum;
    }

    /**
     * Reads files, answers, and writes the answer.
     *
     * @param tables files with answers of {@code /v1/routes} and {@code /v1/sites}; at least one
     * @param file the what-if file
     * @return the exit code: 0 = answered, 2 = a file is wrong, which is said on {@code err}
     */
    public static int run(List<Path> tables, Path file, Output output, PrintWriter out, PrintWriter err) {
        try {
            Tables read = TablesReader.read(tables);
            Answer answer = answer(read, PlanLoader.load(file, read));
            out.print(
                    switch (output) {
                        case TEXT -> TextAnswer.of(answer);
                        case JSON -> JsonAnswer.of(answer);
                        case CSV -> CsvAnswer.of(answer);
                    });
            out.flush();
            return 0;
        } catch (ConfigException e) {
            e.problems().forEach(err::println);
            err.flush();
            return 2;
        }
    }

    /** Returns the answer. */
    public static Answer answer(Tables tables, Plan plan) {
        return new WhatIf(tables, plan).answer();
    }

    private Answer answer() {
        Fleet fleet = new Fleet(tables, plan.steering());
        Situation now = new Situation(tables);
        int[] first = left(now);
        List<Moment> moments = new ArrayList<>();
        moments.add(moment(fleet, now, "", "before all steps", first));
        for (PlanStep each : plan.steps()) {
            now.apply(each.what());
            moments.add(moment(fleet, now, each.at(), each.order(), first));
        }
        return new Answer(plan.name(), tables.routes().size(), all, notes(), moments);
    }

    private List<String> notes() {
        List<String> notes = new ArrayList<>(tables.notes());
        long others = plan.steering().rules().stream()
                .filter(each -> !each.byHostAlone())
                .count();
        if (others > 0) {
            notes.add(others + " rules by organization, space or app are not applied: the tables do not tell these.");
        }
        if (plan.steering().spill().enabled()) {
            notes.add("Spill is left out: it depends on the load of each second.");
        }
        return notes;
    }

    private Moment moment(Fleet fleet, Situation now, String at, String what, int[] first) {
        fleet.know(now);
        int[] left = left(now);
        Flow flow = new Flow(fleet, now, plan, https);
        List<String> without = new ArrayList<>();
        List<String> fell = new ArrayList<>();
        List<String> stuck = new ArrayList<>();
        int inOne = 0;
        for (int i = 0; i < left.length; i++) {
            KnownRoute route = tables.routes().get(i);
            flow.add(route, rates[i], clients(rates[i]), left[i]);
            if (left[i] == 0) {
                without.add(route.uri().toString());
            } else if (left[i] == 1) {
                inOne++;
                if (first[i] > 1) {
                    fell.add(route.uri().toString());
                }
            }
            if (!pins.get(i).isEmpty() && isStuck(route, pins.get(i), now)) {
                stuck.add(route.uri().toString());
            }
        }
        return new Moment(at, what, loads(flow, now), flow.failures(), without, fell, inOne, stuck);
    }

    /** More clients for routes with more traffic, so that no route makes much of the error. */
    private int clients(double rate) {
        return rate <= 0 ? 1 : (int) Math.min(MOST_CLIENTS, Math.ceil(SAMPLE * rate / all));
    }

    /** Returns for each route how many sites could serve it. */
    private int[] left(Situation now) {
        int[] left = new int[tables.routes().size()];
        for (int i = 0; i < left.length; i++) {
            for (SiteId each : tables.routes().get(i).sites()) {
                left[i] += now.serves(each) && isAllowed(each, pins.get(i)) ? 1 : 0;
            }
        }
        return left;
    }

    private boolean isAllowed(SiteId site, List<String> regions) {
        KnownSite known = tables.sites().get(site);
        return regions.isEmpty()
                || (known != null && regions.contains(known.info().region()));
    }

    private boolean isStuck(KnownRoute route, List<String> regions, Situation now) {
        boolean leaves = false;
        boolean stays = false;
        for (SiteId each : route.sites()) {
            if (isAllowed(each, regions)) {
                boolean well = now.serves(each) && !now.isDrained(each) && !now.isDrained(each, route.uri());
                leaves |= !well;
                stays |= well;
            }
        }
        return leaves && !stays;
    }

    private List<SiteLoad> loads(Flow flow, Situation now) {
        List<SiteLoad> loads = new ArrayList<>();
        int index = 0;
        for (SiteId site : tables.sites().keySet()) {
            Flow.Sum sum = flow.of(index++);
            loads.add(new SiteLoad(
                    site,
                    state(site, now),
                    sum.entering,
                    sum.served,
                    sum.redirectedOut,
                    sum.redirectedIn,
                    sum.relayedOut,
                    sum.relayedIn,
                    sum.failed,
                    plan.capacity(site)));
        }
        loads.sort(Comparator.comparing(SiteLoad::site));
        return loads;
    }

    private static String state(SiteId site, Situation now) {
        return now.isLost(site)
                ? "lost"
                : !now.hasGoRouters(site) ? "no GoRouters" : now.isDrained(site) ? "drained" : "up";
    }

    /** Returns a number as answers show it. */
    static String number(double value) {
        return String.format(Locale.ROOT, "%,.1f", value);
    }
}
