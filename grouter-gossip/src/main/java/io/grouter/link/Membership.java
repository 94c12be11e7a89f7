package io.grouter.link;

import io.grouter.route.SiteId;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which nodes are there, as far as the transport knows. Immutable.
 *
 * @param speaker whether this node speaks for its site: it is the site's first node among those in the WAN channel
 * @param ownSpeaker the sibling that speaks for this site, or null when it is this node or nobody
 * @param siblings the other nodes of this site
 * @param sites the nodes of each other site in the WAN channel, its first one first; no empty lists
 * @param strangers names of nodes in the WAN channel that claim this site's name but are no siblings
 */
public record Membership(
        boolean speaker,
        @Nullable Peer ownSpeaker,
        List<Peer> siblings,
        Map<SiteId, List<Peer>> sites,
        List<String> strangers) {
    /** A node that has joined nothing yet. */
    public static final Membership NONE = new Membership(false, null, List.of(), Map.of(), List.of());

    /** Copies the collections. */
    public Membership {
        siblings = List.copyOf(siblings);
        Map<SiteId, List<Peer>> copy = new TreeMap<>();
        sites.forEach((site, peers) -> copy.put(site, List.copyOf(peers)));
        sites = Collections.unmodifiableMap(copy);
        strangers = List.copyOf(strangers);
    }
}
