package io.grouter.admin;

import io.grouter.route.SiteId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the admin API tells of a running node's parts that it does not know itself. Safe for all threads; never blocks. */
public interface NodeFacts {
    /** A node about which nothing is known. */
    NodeFacts NONE = new NodeFacts() {};

    /**
     * A node of this site or another.
     *
     * @param name its name
     * @param own whether it is this one
     * @param sibling whether it is another one of this site
     * @param speaker whether it speaks for its site
     * @param address where it listens for its siblings; null = not known
     * @param version of its software; null = not known
     */
    record Member(
            String name,
            SiteId site,
            boolean own,
            boolean sibling,
            boolean speaker,
            @Nullable String address,
            @Nullable String version) {}

    /**
     * The feed.
     *
     * @param why why its state is what it is
     * @param server the server connected to; null = none
     * @param servers the servers configured
     * @param connects how often the connection was made
     * @param heardNanos monotonic time of the last message; null = none yet
     */
    record Feed(
            String why,
            boolean connected,
            @Nullable String server,
            List<String> servers,
            long connects,
            @Nullable Long heardNanos,
            long pendingMessages,
            long pendingBytes,
            long droppedMessages) {
        /** Nothing is known. */
        public static final Feed NONE = new Feed("", false, null, List.of(), 0, null, 0, 0, 0);

        /** Copies the list. */
        public Feed {
            servers = List.copyOf(servers);
        }
    }

    /**
     * Requests counted since the start, of this site or with regard to another.
     *
     * @param forwarded to this site's GoRouters
     * @param redirected clients sent to the other site
     * @param relayed handed to the other site
     * @param received taken from the other site's nodes
     * @param failed this site: answered with an error by Grouter; another: attempts to relay that came to nothing
     */
    record Traffic(double forwarded, double redirected, double relayed, double received, double failed) {
        /** None. */
        public static final Traffic NONE = new Traffic(0, 0, 0, 0, 0);
    }

    /** Returns the nodes in reach, this one first. */
    default List<Member> members() {
        return List.of();
    }

    /** Returns what is known of the feed. */
    default Feed feed() {
        return Feed.NONE;
    }

    /** Returns what was counted with regard to a site, this one among them. */
    default Traffic traffic(SiteId site) {
        return Traffic.NONE;
    }

    /** Returns the version of this node's software; null = not known. */
    default @Nullable String version() {
        return null;
    }

    /**
     * Returns what a DNS query would be answered and why, ready to be written as JSON; null = this node answers none.
     *
     * @param name the name asked for
     * @param type {@code A} or {@code AAAA}
     */
    default @Nullable Map<String, Object> explainDns(String name, String type) {
        return null;
    }

    /** Returns where log levels are kept. */
    default LogBackend logs() {
        return LogBackend.NONE;
    }
}
