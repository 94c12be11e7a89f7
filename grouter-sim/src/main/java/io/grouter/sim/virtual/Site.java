package io.grouter.sim.virtual;

import io.grouter.route.Alias;
import io.grouter.route.Endpoint;
import io.grouter.route.Offer;
import io.grouter.route.RouteChange;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteConfig;
import io.grouter.route.SiteId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What is really so in one site, and what it ever said: what the nodes are measured against. */
final class Site {
    final int number;
    final SiteId id;
    final SiteConfig config;
    final List<VirtualNode> nodes = new ArrayList<>();
    /** Ports of the running instances of each route. */
    final Map<RouteUri, Set<Integer>> apps = new TreeMap<>();
    /** Since when each route has been there without a break, in virtual nanoseconds. */
    final Map<RouteUri, Long> since = new HashMap<>();
    /** All routes its NATS ever spoke of. */
    final Set<RouteUri> spokenOf = new HashSet<>();
    /** All offers its nodes ever made. */
    final Map<RouteUri, Set<Offer>> announced = new HashMap<>();

    int natsDown;
    int natsSilent;
    int goRoutersDown;
    /** How many things are wrong in this site just now. */
    int troubles;
    /** When something was wrong in this site last; its own nodes may know less since. */
    long troubledNanos = Long.MIN_VALUE / 2;

    private int ports = 1024;

    Site(int number, String name, boolean real) {
        this.number = number;
        this.id = new SiteId(name);
        this.config = new SiteConfig(
                id,
                "",
                real ? List.of(new Alias("apps.test", name + ".apps.test")) : List.of(),
                80,
                0,
                List.of("192.0.2." + number));
    }

    /** Starts an instance of an app, and tells all nodes that listen. */
    void start(RouteUri uri, long now) {
        tell(new RouteChange.Register(uri, endpoint(startQuietly(uri, now))));
    }

    /** Starts an instance that nobody is told of yet; returns its port. */
    int startQuietly(RouteUri uri, long now) {
        int port = ++ports;
        apps.computeIfAbsent(uri, key -> new TreeSet<>()).add(port);
        since.putIfAbsent(uri, now);
        spokenOf.add(uri);
        return port;
    }

    /** Returns all that is there, as registrations. */
    List<RouteChange> registrations() {
        List<RouteChange> all = new ArrayList<>();
        apps.forEach(
                (uri, instances) -> instances.forEach(port -> all.add(new RouteChange.Register(uri, endpoint(port)))));
        return all;
    }

    /** Says again that the first app is there. */
    void registerOne() {
        apps.entrySet().stream()
                .findFirst()
                .ifPresent(app -> tell(new RouteChange.Register(
                        app.getKey(), endpoint(app.getValue().iterator().next()))));
    }

    /** Stops the oldest instance of an app. */
    void stopOne(RouteUri uri) {
        Set<Integer> instances = apps.get(uri);
        if (instances != null) {
            int port = instances.iterator().next();
            instances.remove(port);
            if (instances.isEmpty()) {
                apps.remove(uri);
                since.remove(uri);
            }
            tell(new RouteChange.Unregister(uri, endpoint(port)));
        }
    }

    /** Stops all instances of an app. */
    void stopAll(RouteUri uri) {
        while (apps.containsKey(uri)) {
            stopOne(uri);
        }
    }

    /** Says again what is there, as emitters do all the time. */
    void registerAll() {
        registrations().forEach(this::tell);
    }

    private void tell(RouteChange change) {
        if (natsDown == 0 && natsSilent == 0) {
            nodes.forEach(node -> node.onNats(change));
        }
    }

    private Endpoint endpoint(int port) {
        return Endpoint.at("10.0." + number + ".1:" + port, "app-of-" + id);
    }

    /** Notes what the site has now been heard to offer. */
    void announces(RouteUri uri, Offer offer) {
        announced.computeIfAbsent(uri, key -> new HashSet<>()).add(offer);
    }

    /** Returns whether this very offer was ever made. */
    boolean announced(RouteUri uri, Offer offer) {
        return announced.getOrDefault(uri, Set.of()).contains(offer);
    }

    /** Returns how many instances a route has. */
    int instances(RouteUri uri) {
        return apps.getOrDefault(uri, Set.of()).size();
    }

    boolean goRoutersUp() {
        return goRoutersDown == 0;
    }

    @Override
    public String toString() {
        return id.name();
    }
}
