package io.grouter.sim.whatif;

import io.grouter.app.ConfigException;
import io.grouter.app.ConfigLoader;
import io.grouter.app.ConfigTree;
import io.grouter.route.SiteId;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads what-if files, and reports everything that is wrong with one at once, with its place. */
public final class PlanLoader {
    private static final String REFERENCE = "/what-if.yaml";

    private PlanLoader() {}

    /** Reads a file for tables; throws {@link ConfigException} with every problem when it cannot be used. */
    public static Plan load(Path file, Tables tables) throws ConfigException {
        return parse(file.toString(), ConfigLoader.read(file), tables);
    }

    /**
     * Reads a plan from text.
     *
     * @param name name of the text in messages
     * @param tables the sites and routes that it may name
     */
    public static Plan parse(String name, String text, Tables tables) throws ConfigException {
        return ConfigLoader.parse(
                name, text, Plan.class, reference(), (plan, file) -> new Check(plan, tables, file).problems());
    }

    /** Returns the text of the reference: every key with its default and what it is for. */
    public static String reference() {
        try (InputStream in = PlanLoader.class.getResourceAsStream(REFERENCE)) {
            if (in == null) {
                throw new IllegalStateException(REFERENCE + " is not in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What concerns more than one key: names of sites and routes, and the order of times. */
    private record Check(Plan plan, Tables tables, ConfigTree.Section file) {
        List<String> problems() {
            List<String> problems = new ArrayList<>();
            Set<SiteId> seen = new HashSet<>();
            for (int i = 0; i < plan.sites().size(); i++) {
                SiteId site = plan.sites().get(i).site();
                String path = "sites[" + i + "].site: ";
                if (!tables.sites().containsKey(site)) {
                    problems.add(place("sites", i, "site") + ": " + path + noSite(site));
                } else if (!seen.add(site)) {
                    problems.add(place("sites", i, "site") + ": " + path + site + " is there twice (expected: once)");
                }
            }
            for (int i = 0; i < plan.steps().size(); i++) {
                String what = step(plan.steps().get(i).what());
                if (!what.isEmpty()) {
                    problems.add(place("steps", i, "do") + ": steps[" + i + "].do: " + what);
                }
                // Texts of this form sort as times do.
                if (i > 0
                        && plan.steps()
                                        .get(i)
                                        .at()
                                        .compareTo(plan.steps().get(i - 1).at())
                                < 0) {
                    problems.add(place("steps", i, "at") + ": steps[" + i
                            + "].at: is before the step above (expected: the order of time within one day)");
                }
            }
            return problems;
        }

        private String step(Order order) {
            if (order.site() == null) {
                return "";
            }
            if (!tables.sites().containsKey(order.site())) {
                return noSite(order.site());
            }
            if (order.route() == null) {
                return "";
            }
            KnownRoute route = tables.find(order.route());
            if (route == null) {
                return "no route \"" + order.route() + "\" (expected: one of the tables)";
            }
            return route.at(order.site()) >= 0
                    ? ""
                    : "site " + order.site() + " has no route \"" + order.route() + "\" (it is in "
                            + route.sites().stream().map(SiteId::name).collect(Collectors.joining(", ")) + ")";
        }

        private String noSite(SiteId site) {
            return "no site \"" + site + "\" (there are "
                    + tables.sites().keySet().stream().map(SiteId::name).collect(Collectors.joining(", ")) + ")";
        }

        private String place(String list, int index, String key) {
            if (file.entries().get(list) instanceof ConfigTree.Items items
                    && items.items().get(index) instanceof ConfigTree.Section section) {
                ConfigTree value = section.entries().get(key);
                return (value == null ? section : value).place();
            }
            throw new IllegalStateException(list + "[" + index + "] was bound but is not there");
        }
    }
}
