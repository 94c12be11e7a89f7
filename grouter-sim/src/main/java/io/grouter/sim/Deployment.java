package io.grouter.sim;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * An app as it is deployed over the sites.
 *
 * @param name the app's name
 * @param uri the route under which it is registered
 * @param sites numbers of the sites it runs in, from 1
 * @param instances instances in each of them
 */
record Deployment(String name, String uri, Set<Integer> sites, int instances) {
    /** The app that the clients of a {@link SteadyLoad} find in every site. */
    static final String BOTH = "both";

    /** The domain that all sites share. */
    static final String APP_DOMAIN = "apps.localhost";

    /** Returns a GUID that is the same in all sites, as that of an app pushed to all would not be, but easier to follow. */
    String guid() {
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
    }

    /** Returns the apps of a simulation: some everywhere, some in one site, one under a path, one wildcard. */
    static List<Deployment> standard(int sites) {
        List<Deployment> all = new ArrayList<>();
        Set<Integer> everywhere = new TreeSet<>();
        String[] names = {"orders", "billing", "search"};
        for (int site = 1; site <= sites; site++) {
            everywhere.add(site);
            String name = site <= names.length ? names[site - 1] : "only-dc" + site;
            all.add(new Deployment(name, name + "." + APP_DOMAIN, Set.of(site), 2));
        }
        all.add(0, new Deployment("hello", "hello." + APP_DOMAIN, everywhere, 2));
        all.add(new Deployment("hello-v2", "hello." + APP_DOMAIN + "/v2", Set.of(sites), 1));
        all.add(new Deployment("tenants", "*.tenants." + APP_DOMAIN, Set.of(1), 1));
        if (sites > 2) {
            all.add(new Deployment("news", "news." + APP_DOMAIN, Set.of(1, 2), 1));
        }
        return List.copyOf(all);
    }

    /** Returns the apps that the clients of a {@link SteadyLoad} ask for. */
    static List<Deployment> forLoad(int sites) {
        List<Deployment> all = new ArrayList<>();
        all.add(everywhere(sites));
        for (int site = 1; site <= sites; site++) {
            all.add(only(site));
        }
        return List.copyOf(all);
    }

    /** Returns the app that runs in one site alone. */
    static Deployment only(int site) {
        String name = "only-dc" + site;
        return new Deployment(name, name + "." + APP_DOMAIN, Set.of(site), 2);
    }

    /** Returns the app that runs in every site. */
    static Deployment everywhere(int sites) {
        Set<Integer> all = new TreeSet<>();
        for (int site = 1; site <= sites; site++) {
            all.add(site);
        }
        return new Deployment(BOTH, BOTH + "." + APP_DOMAIN, all, 2);
    }

    /** Returns a URL path and host a client would ask for: the route itself, or a name under the wildcard. */
    String host() {
        String host = uri.contains("/") ? uri.substring(0, uri.indexOf('/')) : uri;
        return host.startsWith("*.") ? "acme" + host.substring(1) : host;
    }

    /** Returns the path a client would ask for. */
    String path() {
        return uri.contains("/") ? uri.substring(uri.indexOf('/')) + "/x" : "/";
    }
}
