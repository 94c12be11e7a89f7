package io.grouter.sim.whatif;

import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import java.util.List;

/**
 * A route of the exported tables.
 *
 * @param uri the route
 * @param app GUID of the app, or {@code ""}
 * @param sites the sites that have it, by name
 * @param instances number of instances in each of them
 * @param host a host that belongs to the route and to no other
 */
public record KnownRoute(RouteUri uri, String app, List<SiteId> sites, List<Integer> instances, String host) {
    /** Copies the lists. */
    public KnownRoute {
        sites = List.copyOf(sites);
        instances = List.copyOf(instances);
    }

    /** Returns the position of a site in the lists, or -1. */
    public int at(SiteId site) {
        return sites.indexOf(site);
    }

    /** Returns the path that is asked for. */
    public String path() {
        return uri.path().isEmpty() ? "/" : uri.path();
    }
}
