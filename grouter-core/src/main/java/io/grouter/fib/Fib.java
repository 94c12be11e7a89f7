package io.grouter.fib;

import io.grouter.route.FeedState;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One immutable view of every route and every site, made by the rib thread and read by all others without locks.
 *
 * <p>Lookups match as GoRouter does ({@code registry.Lookup}, {@code container.Trie}): the exact host with its longest
 * path by whole segments first, then {@code *.} with every shorter suffix of the host; a route that is known to be empty
 * gives way to a shorter path of its host, but not to a wildcard. A lookup allocates nothing.
 */
public final class Fib {
    private final long version;
    private final long routesVersion;
    private final SiteId ownSite;
    private final FeedState feed;
    private final boolean siblingComplete;
    private final List<SiteView> sites;
    private final RouteIndex exact;
    private final RouteIndex wildcards;
    private final SuffixLengths suffixes;
    private final int size;
    private final int localRoutes;
    private final int knownEmpty;

    private Fib(Builder from) {
        this.version = from.base.version + 1;
        this.routesVersion = from.routesChanged ? version : from.base.routesVersion;
        this.ownSite = from.base.ownSite;
        this.feed = from.feed;
        this.siblingComplete = from.siblingComplete;
        this.sites = from.sites;
        this.exact = from.exact;
        this.wildcards = from.wildcards;
        this.suffixes = from.suffixes;
        this.size = from.size;
        this.localRoutes = from.localRoutes;
        this.knownEmpty = from.knownEmpty;
    }

    private Fib(SiteId ownSite) {
        this.version = 0;
        this.routesVersion = 0;
        this.ownSite = ownSite;
        this.feed = FeedState.WARMING;
        this.siblingComplete = false;
        this.sites = List.of();
        this.exact = RouteIndex.empty();
        this.wildcards = RouteIndex.empty();
        this.suffixes = SuffixLengths.NONE;
        this.size = 0;
        this.localRoutes = 0;
        this.knownEmpty = 0;
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

    /** Returns the version with which a route was put in or taken out last. */
    public long routesVersion() {
        return routesVersion;
    }

    /** Returns the site of this node. */
    public SiteId ownSite() {
        return ownSite;
    }

    /**
     * Returns whether what this site does not have in here it does not have: by the word of its own feed, or of another
     * node of the site.
     */
    public boolean complete() {
        return feed == FeedState.LIVE || siblingComplete;
    }

    /** Returns how far this node's own feed can be trusted. */
    public FeedState feed() {
        return feed;
    }

    /** Returns the number of routes that some site has. */
    public int size() {
        return size;
    }

    /** Returns the number of routes that this site has. */
    public int localRoutes() {
        return localRoutes;
    }

    /** Returns the number of routes that nobody has any more, but that still shadow wildcards. */
    public int knownEmpty() {
        return knownEmpty;
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
        RouteEntry route = exact.find(host, 0, path);
        int dot = route != null ? -1 : host.indexOf('.');
        for (int labels = dot < 0 ? 0 : SuffixLengths.dots(host, dot); dot >= 0 && route == null; labels--) {
            if (suffixes.has(labels)) {
                route = wildcards.find(host, dot, path);
            }
            dot = host.indexOf('.', dot + 1);
        }
        return route;
    }

    /**
     * Who has any route, whatever its path, of the host that a name belongs to.
     *
     * @param own whether this site has
     * @param others the other sites that have
     */
    public record Owners(boolean own, Set<SiteId> others) {
        /** Copies the set. */
        public Owners {
            others = Set.copyOf(others);
        }
    }

    /** Returns who has the host that a name belongs to, or null when nobody is known to have had it lately. */
    public @Nullable Owners ownersOf(String host) {
        HostSites sites = exact.sitesOf(host, 0);
        int dot = host.indexOf('.');
        while (sites == null && dot >= 0) {
            sites = wildcards.sitesOf(host, dot);
            dot = host.indexOf('.', dot + 1);
        }
        return sites == null ? null : new Owners(sites.own(), sites.others());
    }

    /** Returns the entry registered under exactly this key, or null. */
    public @Nullable RouteEntry get(RouteUri uri) {
        return uri.wildcard() ? wildcards.get(uri.host().substring(1), uri.path()) : exact.get(uri.host(), uri.path());
    }

    /**
     * Some routes, and where the next ones are.
     *
     * @param routes the routes
     * @param next where to read on; null = there are no more
     */
    public record Page(List<RouteEntry> routes, @Nullable RoutePosition next) {
        /** Copies the list. */
        public Page {
            routes = List.copyOf(routes);
        }
    }

    /**
     * Reads on from a place in the table, in an order that stays the same from version to version: whoever reads page
     * after page, each of the version that is the latest then, comes upon each route once that is there all the time.
     * Costs as much as it looks at, wherever it begins.
     *
     * @param limit at most so many, at least 1
     */
    public Page read(RoutePosition from, int limit, Predicate<RouteEntry> filter) {
        RouteReader reader = new RouteReader(filter, limit);
        reader.start(from.from());
        if (!from.wildcards()) {
            if (!exact.read(reader)) {
                return page(reader, false);
            }
            reader.start(0);
        }
        wildcards.read(reader);
        return page(reader, true);
    }

    private static Page page(RouteReader reader, boolean wildcards) {
        Long next = reader.next();
        return new Page(reader.found(), next == null ? null : new RoutePosition(wildcards, next));
    }

    /** Calls the action once for every route, in no particular order. */
    public void forEach(Consumer<RouteEntry> action) {
        exact.forEach(action);
        wildcards.forEach(action);
    }

    /** Collects changes for the next version. Used by one thread. */
    public static final class Builder {
        private final Fib base;
        private FeedState feed;
        private boolean siblingComplete;
        private List<SiteView> sites;
        private RouteIndex exact;
        private RouteIndex wildcards;
        private SuffixLengths suffixes;
        private int size;
        private int localRoutes;
        private int knownEmpty;
        private boolean routesChanged;

        private Builder(Fib base) {
            this.base = base;
            this.feed = base.feed;
            this.siblingComplete = base.siblingComplete;
            this.sites = base.sites;
            this.exact = base.exact.writable(new Object());
            this.wildcards = base.wildcards.writable(new Object());
            this.suffixes = base.suffixes;
            this.size = base.size;
            this.localRoutes = base.localRoutes;
            this.knownEmpty = base.knownEmpty;
        }

        /** Sets the state of this site's feed. */
        public Builder feed(FeedState state) {
            this.feed = state;
            return this;
        }

        /** Sets whether another node of this site knows all of it. */
        public Builder siblingComplete(boolean now) {
            this.siblingComplete = now;
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
            count(set(route.uri(), route), -1);
            count(route, 1);
            return this;
        }

        /** Removes a route; nothing happens when it is not there. */
        public Builder remove(RouteUri uri) {
            count(set(uri, null), -1);
            return this;
        }

        /** Returns the new version. The builder is of no use afterwards. */
        public Fib build() {
            Fib built = new Fib(this);
            exact = exact.writable(new Object());
            wildcards = wildcards.writable(new Object());
            return built;
        }

        private @Nullable RouteEntry set(RouteUri uri, @Nullable RouteEntry route) {
            routesChanged = true;
            if (!uri.wildcard()) {
                return exact.set(uri.host(), uri.path(), route);
            }
            String suffix = uri.host().substring(1);
            RouteEntry old = wildcards.set(suffix, uri.path(), route);
            int change = (route == null ? 0 : 1) - (old == null ? 0 : 1);
            suffixes = change == 0 ? suffixes : suffixes.with(suffix, change);
            return old;
        }

        private void count(@Nullable RouteEntry route, int by) {
            if (route != null) {
                size += route.knownEmpty() ? 0 : by;
                localRoutes += route.local() ? by : 0;
                knownEmpty += route.knownEmpty() ? by : 0;
            }
        }
    }
}
