package io.grouter.sim.virtual;

import io.grouter.link.Membership;
import io.grouter.link.Peer;
import io.grouter.route.SiteId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who a node believes is there. As with a real failure detector, somebody is missed some time after he fell silent, at
 * once when his connections were reset, and seen again a while after he is back.
 */
final class Outlook {
    private static final long LOOK_NANOS = 500_000_000L;
    private static final long MISSED_NANOS = 4_000_000_000L;
    private static final long SEEN_NANOS = 1_500_000_000L;

    private final Stage stage;
    private final VirtualNode node;
    private final Map<VirtualNode, Sight> sights = new HashMap<>();
    private Membership membership = Membership.NONE;
    private long lookedNanos = Long.MIN_VALUE / 2;

    private static final class Sight {
        long process;
        boolean member;
        /** When it began or ceased to be within reach. */
        long sinceNanos;

        boolean reached;
    }

    Outlook(Stage stage, VirtualNode node) {
        this.stage = stage;
        this.node = node;
    }

    void clear() {
        sights.clear();
        membership = Membership.NONE;
        lookedNanos = Long.MIN_VALUE / 2;
    }

    Membership membership() {
        return membership;
    }

    /** Looks around, if it is time. */
    void look() {
        if (stage.now() - lookedNanos < LOOK_NANOS) {
            return;
        }
        boolean first = membership.equals(Membership.NONE);
        lookedNanos = stage.now();
        boolean changed = first;
        for (VirtualNode other : stage.everybody()) {
            if (other != node) {
                changed |= look(other, first);
            }
        }
        if (changed) {
            membership = make();
        }
    }

    private boolean look(VirtualNode other, boolean first) {
        Sight sight = sights.computeIfAbsent(other, key -> new Sight());
        boolean before = sight.member;
        boolean another = sight.process != other.processId();
        if (another) {
            sight.process = other.processId();
            sight.member = false; // his connections were reset
            sight.reached = false;
        }
        boolean reached = other.running() && stage.network.reaches(other, node);
        if (reached != sight.reached) {
            sight.reached = reached;
            sight.sinceNanos = stage.now();
        }
        long forNanos = stage.now() - sight.sinceNanos;
        if (reached && (first || forNanos >= SEEN_NANOS)) {
            sight.member = true;
        } else if (!reached && forNanos >= MISSED_NANOS) {
            sight.member = false;
        }
        return another || sight.member != before;
    }

    private boolean sees(VirtualNode other) {
        Sight sight = sights.get(other);
        return sight != null && sight.member;
    }

    private Membership make() {
        List<Peer> siblings = new ArrayList<>();
        List<String> strangers = new ArrayList<>();
        Map<SiteId, List<Peer>> sites = new TreeMap<>();
        @Nullable VirtualNode speaker = null;
        for (VirtualNode other : stage.byAge()) {
            boolean self = other == node;
            if (!self && !sees(other)) {
                continue;
            }
            boolean sameName = other.site.id.equals(node.site.id);
            if (sameName && other.rogue != node.rogue) {
                strangers.add(other.name());
            } else if (sameName) {
                speaker = speaker == null ? other : speaker;
                if (!self) {
                    siblings.add(other.asPeer(true));
                }
            } else {
                sites.computeIfAbsent(other.site.id, key -> new ArrayList<>()).add(other.asPeer(false));
            }
        }
        boolean speaks = speaker == node;
        return new Membership(
                speaks, speaks || speaker == null ? null : speaker.asPeer(true), siblings, sites, strangers);
    }
}
