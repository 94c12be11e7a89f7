package io.grouter.gossip;

import io.grouter.link.Peer;
import io.grouter.route.Offer;
import io.grouter.route.OfferChange;
import io.grouter.route.SiteId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a node does to speak for its site: it claims an incarnation, numbers the site's changes within it and gathers them
 * into statements, few enough that signing costs next to nothing. Used by the rib thread only; time is an argument.
 */
final class Speech {
    /** Changes kept for those who missed some. */
    static final int LOG_CHANGES = 65_536;
    /** So many signatures of changes a second, while the changes are few: each takes most of a millisecond. */
    private static final int SIGNATURES_PER_SECOND = 10;
    /** So many changes are worth a signature at any time. */
    private static final int MANY = 1_500;

    private static final int CHANGES_PER_MESSAGE = 2_500;
    /** At most three bytes each, this stays far below {@link Frame#MAX_BYTES}. */
    private static final int CHARACTERS_PER_MESSAGE = 120_000;

    private static final long YIELD_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long RECENT_NANOS = Duration.ofSeconds(60).toNanos();

    private final SiteId own;
    private final long node;
    private final Outbox out;
    private final AnnounceLog log = new AnnounceLog(LOG_CHANGES);
    private final TokenBucket signatures = new TokenBucket(SIGNATURES_PER_SECOND, 2 * SIGNATURES_PER_SECOND);
    private final Set<SiteId> replied = new HashSet<>();
    private boolean remembers;
    private long incarnation;
    private long highestSeen;
    private long requested;
    /** Whether another process uses the same incarnation. */
    private boolean contested;

    private boolean yielding;
    private long yieldUntilNanos;
    private boolean told;
    private long toldNanos;
    private boolean asking;
    private long askedNanos;
    private int expected;
    private long beat;
    private boolean beatSent;
    private long beatNanos;
    /** Number of the log's change that has sequence 0. */
    private long base;
    /** Number of the log's first change that was not announced. */
    private long announced;
    /** Where the log stood at the last heartbeat of the site's speaker, and at the one before. */
    private long mark;

    private long markBefore;
    private boolean marked;
    private long markNanos;

    Speech(SiteId own, long node, boolean remembers, Outbox out) {
        this.own = own;
        this.node = node;
        this.remembers = remembers;
        this.out = out;
    }

    AnnounceLog log() {
        return log;
    }

    long highestSeen() {
        return highestSeen;
    }

    /** Returns the sequence of the last change announced. */
    long sequence() {
        return announced - base;
    }

    Message.Head head(@Nullable SiteId to) {
        return new Message.Head(own, to, TableId.of(own), incarnation, node);
    }

    boolean speaking(boolean speaker) {
        return speaker && incarnation > 0 && incarnation >= highestSeen && !yielding && !contested;
    }

    // ---- incarnations

    /** Returns whether this node should speak but has no incarnation to do it in. */
    boolean tick(boolean speaker, long now) {
        if (yielding && now - yieldUntilNanos >= 0) {
            yielding = false;
        }
        if (!speaker) {
            requested = 0;
            asking = false;
            if (incarnation > 0) {
                highestSeen = Math.max(highestSeen, incarnation);
                incarnation = 0;
                contested = false;
            }
            return false;
        }
        return !yielding && (incarnation == 0 || incarnation < highestSeen || contested);
    }

    /** Returns whether the other sites have to be asked, now, which incarnation they saw last. */
    boolean mustAsk(long now, Set<SiteId> sites) {
        if (remembers || highestSeen > 0 || sites.isEmpty() || asking) {
            return false;
        }
        asking = true;
        expected = sites.size();
        askedNanos = now;
        replied.clear();
        return true;
    }

    /** Returns whether it need not, or no longer, wait for what other sites say. */
    boolean knowsEnough(long now, long patience) {
        return remembers || highestSeen > 0 || !asking || replied.size() >= expected || now - askedNanos >= patience;
    }

    void claim() {
        if (requested <= highestSeen) {
            requested = highestSeen + 1;
            out.requestIncarnation(highestSeen);
        }
    }

    /** Notes which incarnation somebody saw, and of which process; 0 = not known. */
    void saw(long seen, long claimant, SiteId by, long now) {
        replied.add(by);
        boolean another = incarnation > 0 && claimant != 0 && claimant != node;
        if (another && (seen > highestSeen || (seen == incarnation && !contested))) {
            // Perhaps a sibling this node does not hear of yet. Taking the word back once is fine, not again and again.
            if (told && now - toldNanos < RECENT_NANOS) {
                yielding = true;
                yieldUntilNanos = now + YIELD_NANOS;
            }
            told = true;
            toldNanos = now;
        }
        contested |= seen == incarnation && claimant != 0 && claimant != node;
        highestSeen = Math.max(highestSeen, seen);
    }

    /** Takes in the incarnation that was asked for; false when it is of no use any more. */
    boolean begin(long granted) {
        if (granted <= incarnation || granted <= highestSeen) {
            requested = 0;
            return false;
        }
        boolean first = incarnation == 0;
        incarnation = granted;
        remembers = true;
        contested = false;
        beat = 0;
        // What the speaker before may not have announced any more is announced again; the rest the others hold.
        long from = first && marked ? markBefore : announced;
        base = Math.max(from, log.first());
        announced = base;
        return true;
    }

    /** Takes in what this site's speaker tells everyone. */
    void onSibling(Message message, long now) {
        long theirs = message.head().incarnation();
        if (incarnation > 0 && theirs > incarnation) {
            yielding = true; // two speakers for a moment: the higher incarnation has the word
            yieldUntilNanos = now + YIELD_NANOS;
        }
        if (message instanceof Message.Heartbeat && theirs >= highestSeen) {
            markBefore = marked && now - markNanos < RECENT_NANOS ? mark : log.total();
            mark = log.total();
            markNanos = now;
            marked = true;
        }
        highestSeen = Math.max(highestSeen, theirs);
    }

    // ---- heartbeats and changes

    boolean beatDue(long now, long every) {
        return !beatSent || now - beatNanos >= every;
    }

    long nextBeat(long now) {
        beatSent = true;
        beatNanos = now;
        return ++beat;
    }

    /**
     * Announces what has changed.
     *
     * @param all whether even if there were many signatures lately
     */
    void announce(boolean speaker, boolean all, Supplier<Collection<Peer>> to, long now) {
        if (!speaking(speaker)) {
            return;
        }
        announced = Math.max(announced, log.first());
        while (announced < log.total()) {
            boolean many = log.total() - announced >= MANY;
            if (!all && !many && !signatures.take(1, now)) {
                return;
            }
            List<OfferChange> part = part(announced, CHANGES_PER_MESSAGE);
            out.send(to.get(), true, new Message.Announce(head(null), sequence(), part, ageMillis(announced, now)));
            announced += part.size();
        }
    }

    private long ageMillis(long change, long now) {
        return Math.max(0, now - log.sinceNanos(change)) / 1_000_000;
    }

    /** Returns changes from one on, as many as surely fit into a message, whatever their names. */
    private List<OfferChange> part(long from, int most) {
        List<OfferChange> changes = log.from(from, most);
        int characters = 0;
        for (int i = 0; i < changes.size(); i++) {
            OfferChange change = changes.get(i);
            Offer offer = change.offer();
            characters += change.uri().host().length() + change.uri().path().length();
            characters += offer == null
                    ? 0
                    : offer.extension().length
                            + (offer.hasGuid() ? 16 : offer.appId().length());
            if (characters > CHARACTERS_PER_MESSAGE) {
                return changes.subList(0, Math.max(1, i));
            }
        }
        return changes;
    }

    /**
     * Returns the announcements that bring someone from a sequence to the present, or null when the changes are not kept
     * or are more than so many.
     */
    @Nullable
    List<Message> since(long ofIncarnation, long theirs, int most, @Nullable SiteId to, long now) {
        long from = base + theirs;
        if (ofIncarnation != incarnation || from < log.first() || from > announced || announced - from > most) {
            return null;
        }
        List<Message> messages = new ArrayList<>();
        while (from < announced) {
            List<OfferChange> part = part(from, (int) Math.min(CHANGES_PER_MESSAGE, announced - from));
            messages.add(new Message.Announce(head(to), from - base, part, ageMillis(from, now)));
            from += part.size();
        }
        return messages;
    }
}
