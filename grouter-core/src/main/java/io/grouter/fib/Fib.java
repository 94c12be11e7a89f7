package io.grouter.fib;

import io.grouter.route.FeedState;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One immutable view of every route and every site, made by the rib thread and read by all others without locks.
 *
 * <p>Lookups match as GoRouter does ({@code registry.Lookup}, {@code container.Trie}): the exact host with its longest
 * path by whole segments first, then {@code *.} with every shorter suffix of the host. A lookup allocates nothing.
 */
public final class Fib {
    private final long version;
    private final SiteId ownSite;
    private final FeedState feed;
    private final List<SiteView> sites;
    private final HostTrie exact;
    private final HostTrie wildcards;
    private final int size;
    private final int localRoutes;

    private Fib(Builder from) {
        this.version = from.base.version + 1;
        this.ownSite = from.base.ownSite;
        this.feed = from.feed;
        this.sites = from.sites;
        this.exact = from.exact;
        this.wildcards = from.wildcards;
        this.size = from.size;
        this.localRoutes = from.localRoutes;
    }

    private Fib(SiteId ownSite) {
        this.version = 0;
        this.ownSite = ownSite;
        this.feed = FeedState.WARMING;
        this.sites = List.of();
        this.exact = HostTrie.EMPTY;
        this.wildcards = HostTrie.EMPTY;
        this.size = 0;
        this.localRoutes = 0;
    }

    /** Returns the view of a node that knows nothing yet. */
    public static Fib empty(SiteId ownSite) {
        return new Fib(ownSite);
    }

    /** Returns a builder for the next version, sharing all that it does not change. Not thread-safe. */
    public Builder next() {
        return new Builder(this);
    }

    /** Returns the version, counted from 0 in this process. */
    public long version() {
        return version;
    }

    /** Returns the site of this node. */
    public SiteId ownSite() {
        return ownSite;
    }

    /** Returns how far this node's view of its own site can be trusted. */
    public FeedState feed() {
        return feed;
    }

    /** Returns the number of routes, local and learned. */
    public int size() {
        return size;
    }

    /** Returns the number of routes that this site has. */
    public int localRoutes() {
        return localRoutes;
    }

    /** Returns the other sites, by name. */
    public List<SiteView> sites() {
        return sites;
    }

    /** Returns another site, or null when nothing is known of it. No allocation. */
    public @Nullable SiteView site(SiteId id) {
        for (int i = 0; i < sites.size(); i++) {
            if (sites.get(i).site().equals(id)) {
                return sites.get(i);
            }
        }
        return null;
    }

    /**
     * Returns the route a request belongs to, or null when there is none. Allocates nothing.
     *
     * @param host the host without port, in any case
     * @param path the raw path, with {@code /} in front, without query
     */
    public @Nullable RouteEntry lookup(String host, String path) {
        int end = host.length();
        HostEntry entry = exact.find(host, 0, end);
        RouteEntry route = entry == null ? null : entry.longestPrefix(path);
        int dot = host.indexOf('.');
        while (route == null && dot >= 0) {
            entry = wildcards.find(host, dot, end);
            route = entry == null ? null : entry.longestPrefix(path);
            dot = host.indexOf('.', dot + 1);
        }
        return route;
    }

    /** Returns all routes of the host that a name belongs to, whatever their path; empty when there is none. */
    public List<RouteEntry> lookupHost(String host) {
        HostEntry entry = exact.find(host, 0, host.length());
        int dot = host.indexOf('.');
        while (entry == null && dot >= 0) {
            entry = wildcards.find(host, dot, host.length());
            dot = host.indexOf('.', dot + 1);
        }
        return entry == null ? List.of() : List.of(entry.routes());
    }

    /** Returns the entry registered under exactly this key, or null. */
    public @Nullable RouteEntry get(RouteUri uri) {
        HostEntry entry = find(exact, wildcards, uri);
        return entry == null ? null : entry.exact(uri.path());
    }

    /**
     * Returns the first routes by name that pass a filter.
     *
     * @param after only routes that sort after this key; null = from the start
     * @param limit at most so many, at least 1
     */
    public List<RouteEntry> list(@Nullable RouteUri after, int limit, Predicate<RouteEntry> filter) {
        Comparator<RouteEntry> byName = Comparator.comparing(RouteEntry::uri);
        PriorityQueue<RouteEntry> smallest = new PriorityQueue<>(byName.reversed());
        forEach(route -> {
            if ((after == null || route.uri().compareTo(after) > 0) && filter.test(route)) {
                smallest.add(route);
                if (smallest.size() > limit) {
                    smallest.poll();
                }
            }
        });
        List<RouteEntry> sorted = new ArrayList<>(smallest);
        sorted.sort(byName);
        return sorted;
    }

    /** Calls the action once for every route, in no particular order. */
    public void forEach(Consumer<RouteEntry> action) {
        Consumer<HostEntry> each = entry -> Arrays.asList(entry.routes()).forEach(action);
        exact.forEach(each);
        wildcards.forEach(each);
    }

    private static @Nullable HostEntry find(HostTrie exact, HostTrie wildcards, RouteUri uri) {
        String host = uri.host();
        return uri.wildcard() ? wildcards.find(host, 1, host.length()) : exact.find(host, 0, host.length());
    }

    /** Collects changes for the next version. Used by one thread. */
    public static final class Builder {
        private final Fib base;
        private FeedState feed;
        private List<SiteView> sites;
        private HostTrie exact;
        private HostTrie wildcards;
        private int size;
        private int localRoutes;

        private Builder(Fib base) {
            this.base = base;
            this.feed = base.feed;
            this.sites = base.sites;
            this.exact = base.exact;
            this.wildcards = base.wildcards;
            this.size = base.size;
            this.localRoutes = base.localRoutes;
        }

        /** Sets the state of this site's feed. */
        public Builder feed(FeedState state) {
            this.feed = state;
            return this;
        }

        /** Sets the other sites. */
        public Builder sites(List<SiteView> views) {
            List<SiteView> sorted = new ArrayList<>(views);
            sorted.sort(Comparator.comparing(SiteView::site));
            this.sites = List.copyOf(sorted);
            return this;
        }

        /** Adds or replaces a route. */
        public Builder put(RouteEntry route) {
            HostEntry host = hostOf(route.uri());
            RouteEntry old = host.exact(route.uri().path());
            count(old, -1);
            count(route, 1);
            store(route.uri(), host.with(route));
            return this;
        }

        /** Removes a route; nothing happens when it is not there. */
        public Builder remove(RouteUri uri) {
            HostEntry host = hostOf(uri);
            RouteEntry old = host.exact(uri.path());
            if (old != null) {
                count(old, -1);
                store(uri, host.without(uri.path()));
            }
            return this;
        }

        /** Returns the new version. */
        public Fib build() {
            return new Fib(this);
        }

        private void count(@Nullable RouteEntry route, int by) {
            if (route != null) {
                size += by;
                localRoutes += route.local() ? by : 0;
            }
        }

        private HostEntry hostOf(RouteUri uri) {
            HostEntry found = find(exact, wildcards, uri);
            if (found != null) {
                return found;
            }
            String key = uri.wildcard() ? uri.host().substring(1) : uri.host();
            return HostEntry.empty(key, HostHash.of(key, 0, key.length()));
        }

        private void store(RouteUri uri, HostEntry entry) {
            if (uri.wildcard()) {
                wildcards = wildcards.with(entry);
            } else {
                exact = exact.with(entry);
            }
        }
    }
}
