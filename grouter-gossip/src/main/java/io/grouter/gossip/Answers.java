package io.grouter.gossip;

import io.grouter.link.Peer;
import io.grouter.rib.OfferTable;
import io.grouter.route.Offer;
import io.grouter.route.OfferChange;
import io.grouter.route.SiteId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers questions about a table this node has. Used by the rib thread only; time is an argument. */
final class Answers {
    private static final int BUCKETS_PER_REQUEST = 64;
    private static final int ROUTES_PER_ANSWER = 2_500;
    /** At most three bytes each, this stays far below {@link Frame#MAX_BYTES}. */
    private static final int CHARACTERS_PER_ANSWER = 150_000;
    /** A whole table of a million routes takes about a hundred. */
    private static final int QUESTIONS_PER_SECOND = 300;
    /** A transfer that asked for nothing for so long is over. */
    private static final long OVER_NANOS = Duration.ofSeconds(5).toNanos();

    private final Outbox out;
    private final GossipMetrics metrics;
    private final int maxTransfers;
    private final Map<Transfer, Long> transfers = new HashMap<>();
    /** Only sites whose signature was good get here, so there are no more of them than are configured. */
    private final Map<SiteId, TokenBucket> askers = new HashMap<>();

    private record Transfer(SiteId site, long node, TableId table) {}

    Answers(Outbox out, GossipMetrics metrics, int maxTransfers) {
        this.out = out;
        this.metrics = metrics;
        this.maxTransfers = maxTransfers;
    }

    /**
     * Answers a question.
     *
     * @param head what the answer says about itself
     * @param sequence up to where the table has come
     * @param speech the latest changes of the table, if this node keeps them
     */
    void answer(
            Received question, Message.Head head, long sequence, OfferTable table, @Nullable Speech speech, long now) {
        Peer asker = question.source();
        SiteId site = question.message().head().from();
        TokenBucket questions =
                askers.computeIfAbsent(site, key -> new TokenBucket(QUESTIONS_PER_SECOND, QUESTIONS_PER_SECOND));
        if (out.congested(asker) || !questions.take(1, now)) {
            metrics.rejected(asker, "congested");
        } else if (question.message() instanceof Message.Pull pull) {
            int most = Math.max(1_000, table.size() / 2);
            long from = pull.head().incarnation();
            List<Message> changes = speech == null || pull.byDigest()
                    ? null
                    : speech.since(from, pull.sequence(), most, head.to(), now);
            if (changes != null) {
                changes.forEach(message -> reply(asker, message));
            } else if (mayTransfer(site, asker, head.table(), now)) {
                reply(asker, digests(pull.query(), head, sequence, table));
            } else {
                busy(question, head);
            }
        } else if (question.message() instanceof Message.BucketRequest request) {
            HashSet<Integer> buckets = new HashSet<>(request.buckets());
            if (buckets.size() != request.buckets().size() || buckets.size() > BUCKETS_PER_REQUEST) {
                metrics.rejected(asker, "oversized");
            } else if (mayTransfer(site, asker, head.table(), now)) {
                answerBuckets(asker, request, head, sequence, table);
            } else {
                busy(question, head);
            }
        }
    }

    /** Says that a question cannot be answered now. */
    void busy(Received question, Message.Head head) {
        Message message = question.message();
        long query = message instanceof Message.Pull pull
                ? pull.query()
                : message instanceof Message.BucketRequest request ? request.query() : 0;
        reply(question.source(), new Message.Busy(head, query));
    }

    private boolean mayTransfer(SiteId site, Peer asker, TableId table, long now) {
        transfers.values().removeIf(last -> now - last > OVER_NANOS);
        // A node's number is its own word; a site's name was proven.
        Transfer transfer = new Transfer(site, asker.sibling() ? asker.node() : 0, table);
        if (!transfers.containsKey(transfer) && transfers.size() >= maxTransfers) {
            return false;
        }
        transfers.put(transfer, now);
        return true;
    }

    private void reply(Peer asker, Message message) {
        out.send(List.of(asker), false, message);
    }

    private static Message digests(long query, Message.Head head, long sequence, OfferTable table) {
        long[] digests = new long[OfferTable.BUCKETS];
        int[] sizes = new int[OfferTable.BUCKETS];
        for (int bucket = 0; bucket < OfferTable.BUCKETS; bucket++) {
            digests[bucket] = table.digest(bucket);
            sizes[bucket] = table.size(bucket);
        }
        return new Message.Digests(head, query, sequence, digests, sizes);
    }

    private void answerBuckets(
            Peer asker, Message.BucketRequest request, Message.Head head, long sequence, OfferTable table) {
        List<Message.Bucket> parts = new ArrayList<>();
        List<OfferChange> routes = new ArrayList<>();
        int count = 0;
        int characters = 0;
        for (int bucket : request.buckets()) {
            List<OfferChange> content = new ArrayList<>(table.size(bucket));
            table.forEach(bucket, (uri, offer) -> content.add(new OfferChange(uri, offer)));
            content.sort(Comparator.comparing(OfferChange::uri)); // names in order share their beginnings
            for (OfferChange route : content) {
                int length = weight(route);
                if (count > 0 && (count >= ROUTES_PER_ANSWER || characters + length > CHARACTERS_PER_ANSWER)) {
                    parts.add(new Message.Bucket(bucket, false, List.copyOf(routes)));
                    reply(asker, new Message.Buckets(head, request.query(), sequence, List.copyOf(parts)));
                    parts.clear();
                    routes.clear();
                    count = 0;
                    characters = 0;
                }
                routes.add(route);
                count++;
                characters += length;
            }
            parts.add(new Message.Bucket(bucket, true, List.copyOf(routes)));
            routes.clear();
        }
        reply(asker, new Message.Buckets(head, request.query(), sequence, List.copyOf(parts)));
    }

    private static int weight(OfferChange route) {
        Offer offer = route.offer();
        int texts = route.uri().host().length() + route.uri().path().length();
        return offer == null
                ? texts
                : texts
                        + offer.extension().length
                        + (offer.hasGuid() ? 0 : offer.appId().length());
    }
}
