package io.grouter.sim.whatif;

import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Sites and routes as a live node exported them. Immutable. */
public final class Tables {
    private final SortedMap<SiteId, KnownSite> sites;
    private final List<KnownRoute> routes;
    private final Map<RouteUri, KnownRoute> byName = new LinkedHashMap<>();
    private final List<String> notes;

    /**
     * Makes tables.
     *
     * @param notes what a reader of the answer should know of them, one sentence each
     */
    public Tables(List<KnownSite> sites, List<KnownRoute> routes, List<String> notes) {
        this.sites = new TreeMap<>();
        sites.forEach(each -> this.sites.put(each.site(), each));
        List<KnownRoute> sorted = new ArrayList<>(routes);
        sorted.sort(Comparator.comparing(KnownRoute::uri));
        this.routes = List.copyOf(sorted);
        this.routes.forEach(each -> byName.put(each.uri(), each));
        this.notes = List.copyOf(notes);
    }

    /** Returns the sites, by name. */
    public SortedMap<SiteId, KnownSite> sites() {
        return Collections.unmodifiableSortedMap(sites);
    }

    /** Returns the routes, by name. */
    public List<KnownRoute> routes() {
        return routes;
    }

    /** Returns a route, or null. */
    public @Nullable KnownRoute find(RouteUri uri) {
        return byName.get(uri);
    }

    /** Returns what a reader of the answer should know of the tables, one sentence each. */
    public List<String> notes() {
        return notes;
    }
}
