package io.grouter.gossip;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.grouter.overrides.OverrideEntry;
import io.grouter.rib.OfferTable;
import io.grouter.route.Alias;
import io.grouter.route.OfferChange;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Statements, which is what is signed, as protobuf fields. Unknown fields are skipped, so a newer minor version may add
 * some. Nothing is allocated from a length before it was checked against the bytes that are there. Stateless; safe for
 * all threads.
 */
final class MessageCodec {
    private static final int MAX_ADDRESSES = SiteInfo.MOST_ADDRESSES;
    private static final int MAX_BUCKETS = OfferTable.BUCKETS;
    private static final int DIGEST_BYTES = Long.BYTES * OfferTable.BUCKETS;

    private static final int TYPE = 1;
    private static final int FROM = 2;
    private static final int TO = 3;
    private static final int SITE = 4;
    private static final int NODE = 5;
    private static final int INCARNATION = 6;
    private static final int CLAIMANT = 7;
    private static final int SEQUENCE = 8;
    private static final int BEAT = 9;
    private static final int ROUTES = 10;
    private static final int DIGEST = 11;
    private static final int COMPLETE = 12;
    private static final int HEARS = 13;
    private static final int INFO = 14;
    private static final int CHANGES = 15;
    private static final int QUERY = 16;
    private static final int BY_DIGEST = 17;
    private static final int DIGESTS = 18;
    private static final int SIZES = 19;
    private static final int WANTED = 20;
    private static final int BUCKET = 21;
    private static final int OVERRIDES_DIGEST = 22;
    private static final int OVERRIDE = 23;
    private static final int AGE = 24;

    private MessageCodec() {}

    /** Signals that the type of a message is not known: a newer version's, to be ignored. */
    static final class UnknownType extends IOException {
        private static final long serialVersionUID = 1;
    }

    // ---- writing

    static byte[] encode(Message message) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            writeHead(out, type(message), message.head());
            write(out, message);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static int type(Message message) {
        if (message instanceof Message.Heartbeat) {
            return 1;
        } else if (message instanceof Message.Announce) {
            return 2;
        } else if (message instanceof Message.Pull) {
            return 3;
        } else if (message instanceof Message.Digests) {
            return 4;
        } else if (message instanceof Message.BucketRequest) {
            return 5;
        } else if (message instanceof Message.Buckets) {
            return 6;
        } else if (message instanceof Message.Busy) {
            return 7;
        }
        if (message instanceof Message.Ask) {
            return 8;
        }
        return message instanceof Message.Behind ? 9 : 10;
    }

    private static void writeHead(CodedOutputStream out, int type, Message.Head head) throws IOException {
        out.writeInt32(TYPE, type);
        out.writeString(FROM, head.from().name());
        SiteId to = head.to();
        if (to != null) {
            out.writeString(TO, to.name());
        }
        if (!head.table().site().equals(head.from())) {
            out.writeString(SITE, head.table().site().name());
        }
        if (!head.table().official()) {
            out.writeFixed64(NODE, head.table().node());
        }
        if (head.incarnation() != 0) {
            out.writeInt64(INCARNATION, head.incarnation());
        }
        if (head.claimant() != 0) {
            out.writeFixed64(CLAIMANT, head.claimant());
        }
    }

    private static void write(CodedOutputStream out, Message message) throws IOException {
        if (message instanceof Message.Heartbeat heartbeat) {
            out.writeInt64(BEAT, heartbeat.beat());
            out.writeInt64(SEQUENCE, heartbeat.sequence());
            out.writeInt32(ROUTES, heartbeat.routes());
            out.writeFixed64(DIGEST, heartbeat.digest());
            out.writeBool(COMPLETE, heartbeat.complete());
            for (SiteId site : heartbeat.hears()) {
                out.writeString(HEARS, site.name());
            }
            nested(out, INFO, inner -> writeInfo(inner, heartbeat.info()));
            if (heartbeat.overrides() != 0) {
                out.writeFixed64(OVERRIDES_DIGEST, heartbeat.overrides());
            }
        } else if (message instanceof Message.Announce announce) {
            out.writeInt64(SEQUENCE, announce.previous());
            nested(out, CHANGES, inner -> RouteBlock.write(inner, announce.changes()));
            if (announce.ageMillis() != Message.Announce.NO_AGE) {
                out.writeInt64(AGE, announce.ageMillis());
            }
        } else if (message instanceof Message.Pull pull) {
            out.writeInt64(QUERY, pull.query());
            out.writeInt64(SEQUENCE, pull.sequence());
            out.writeBool(BY_DIGEST, pull.byDigest());
        } else if (message instanceof Message.Digests digests) {
            writeDigests(out, digests);
        } else if (message instanceof Message.BucketRequest request) {
            out.writeInt64(QUERY, request.query());
            nested(out, WANTED, inner -> {
                for (int bucket : request.buckets()) {
                    inner.writeUInt32NoTag(bucket);
                }
            });
        } else if (message instanceof Message.Buckets buckets) {
            out.writeInt64(QUERY, buckets.query());
            out.writeInt64(SEQUENCE, buckets.sequence());
            for (Message.Bucket bucket : buckets.buckets()) {
                nested(out, BUCKET, inner -> {
                    RouteBlock.write(inner, bucket.routes());
                    inner.writeUInt32(8, bucket.bucket());
                    inner.writeBool(9, bucket.last());
                });
            }
        } else if (message instanceof Message.Busy busy) {
            out.writeInt64(QUERY, busy.query());
        } else if (message instanceof Message.Overrides overrides) {
            for (OverrideEntry entry : overrides.entries()) {
                nested(out, OVERRIDE, inner -> OverrideCodec.write(inner, entry));
            }
        }
    }

    private static void writeDigests(CodedOutputStream out, Message.Digests digests) throws IOException {
        out.writeInt64(QUERY, digests.query());
        out.writeInt64(SEQUENCE, digests.sequence());
        ByteBuffer bytes = ByteBuffer.allocate(DIGEST_BYTES);
        for (long digest : digests.digests()) {
            bytes.putLong(digest);
        }
        out.writeByteArray(DIGESTS, bytes.array());
        nested(out, SIZES, inner -> {
            for (int size : digests.sizes()) {
                inner.writeUInt32NoTag(size);
            }
        });
    }

    private interface Writer {
        void write(CodedOutputStream out) throws IOException;
    }

    private static void nested(CodedOutputStream out, int field, Writer writer) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(64);
        CodedOutputStream inner = CodedOutputStream.newInstance(bytes);
        writer.write(inner);
        inner.flush();
        out.writeByteArray(field, bytes.toByteArray());
    }

    private static void writeInfo(CodedOutputStream out, SiteInfo info) throws IOException {
        out.writeString(1, info.region());
        for (Alias alias : info.aliases()) {
            nested(out, 2, inner -> {
                inner.writeString(1, alias.appDomain());
                inner.writeString(2, alias.aliasDomain());
            });
        }
        out.writeInt32(3, info.httpPort());
        out.writeInt32(4, info.httpsPort());
        for (String entry : info.entries()) {
            out.writeString(5, entry);
        }
        SiteHealth health = info.health();
        out.writeInt32(6, health.goRouters());
        out.writeBool(7, health.draining());
        for (String relay : info.relays()) {
            out.writeString(8, relay);
        }
        for (String name : info.certificateNames()) {
            out.writeString(9, name);
        }
        out.writeInt32(10, health.limit());
        out.writeInt32(11, health.inFlight());
        out.writeInt32(12, health.errorPermille());
    }

    // ---- reading

    /**
     * Returns the message that a statement is.
     *
     * @throws UnknownType when it is of a type that is not known
     * @throws IOException when it is none
     * @throws IllegalArgumentException when a value is out of bounds
     */
    static Message decode(byte[] statement) throws IOException {
        Fields fields = new Fields();
        fields.read(CodedInputStream.newInstance(statement));
        return fields.message();
    }

    private interface FieldReader {
        boolean read(int field) throws IOException;
    }

    /** Reads all fields up to the current limit; a reader returns false for a field it does not know. */
    private static void fields(CodedInputStream in, FieldReader reader) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (!reader.read(WireFormat.getTagFieldNumber(tag))) {
                in.skipField(tag);
            }
        }
    }

    private static void message(CodedInputStream in, FieldReader reader) throws IOException {
        int limit = in.pushLimit(in.readRawVarint32());
        fields(in, reader);
        in.popLimit(limit);
    }

    static String string(CodedInputStream in) throws IOException {
        String text = in.readStringRequireUtf8();
        if (text.length() > RouteUri.MAX_LENGTH) {
            throw new IllegalArgumentException("a text of " + text.length() + " characters");
        }
        return text;
    }

    private static long notNegative(long value) {
        if (value < 0) {
            throw new IllegalArgumentException("negative number");
        }
        return value;
    }

    private static final class Fields {
        private int type;
        private @Nullable SiteId from;
        private @Nullable SiteId to;
        private @Nullable SiteId site;
        private long node;
        private long incarnation;
        private long claimant;
        private long sequence;
        private long beat;
        private long query;
        private int routes;
        private long digest;
        private boolean complete;
        private boolean byDigest;
        private @Nullable SiteInfo info;
        private RouteBlock.@Nullable Reader changes;
        private byte @Nullable [] digests;
        private byte @Nullable [] sizes;
        private byte @Nullable [] wanted;
        private final RouteBlock.Budget budget = new RouteBlock.Budget();
        private final Set<SiteId> hears = new HashSet<>();
        private final List<Message.Bucket> buckets = new ArrayList<>();
        private long overridesDigest;
        private long ageMillis = Message.Announce.NO_AGE;
        private final List<OverrideEntry> overrides = new ArrayList<>();

        void read(CodedInputStream in) throws IOException {
            fields(in, field -> readHead(field, in) || readBody(field, in));
        }

        private boolean readHead(int field, CodedInputStream in) throws IOException {
            switch (field) {
                case TYPE -> type = in.readInt32();
                case FROM -> from = new SiteId(string(in));
                case TO -> to = new SiteId(string(in));
                case SITE -> site = new SiteId(string(in));
                case NODE -> node = in.readFixed64();
                case INCARNATION -> incarnation = notNegative(in.readInt64());
                case CLAIMANT -> claimant = in.readFixed64();
                default -> {
                    return false;
                }
            }
            return true;
        }

        private boolean readBody(int field, CodedInputStream in) throws IOException {
            switch (field) {
                case SEQUENCE -> sequence = notNegative(in.readInt64());
                case BEAT -> beat = notNegative(in.readInt64());
                case QUERY -> query = in.readInt64();
                case AGE -> ageMillis = notNegative(in.readInt64());
                case ROUTES -> routes = (int) notNegative(in.readInt32());
                case DIGEST -> digest = in.readFixed64();
                case COMPLETE -> complete = in.readBool();
                case BY_DIGEST -> byDigest = in.readBool();
                case INFO -> info = readInfo(in);
                case HEARS -> hears.add(new SiteId(string(in)));
                case CHANGES -> {
                    RouteBlock.Reader block = new RouteBlock.Reader(budget);
                    MessageCodec.message(in, inner -> block.field(inner, in));
                    changes = block;
                }
                case DIGESTS -> digests = in.readByteArray();
                case SIZES -> sizes = in.readByteArray();
                case WANTED -> wanted = in.readByteArray();
                case BUCKET -> buckets.add(readBucket(in));
                case OVERRIDES_DIGEST -> overridesDigest = in.readFixed64();
                case OVERRIDE -> readOverride(in);
                default -> {
                    return false;
                }
            }
            if (hears.size() > MAX_ADDRESSES * 4
                    || buckets.size() > MAX_BUCKETS
                    || overrides.size() > Message.Overrides.MOST_ENTRIES) {
                throw new IllegalArgumentException("too many of a field");
            }
            return true;
        }

        Message message() throws IOException {
            SiteId speaker = from;
            if (speaker == null) {
                throw new IllegalArgumentException("no sender");
            }
            TableId table = new TableId(site == null ? speaker : site, node);
            Message.Head head = new Message.Head(speaker, to, table, incarnation, claimant);
            return switch (type) {
                case 1 -> {
                    if (info == null) {
                        throw new IllegalArgumentException("heartbeat without info");
                    }
                    yield new Message.Heartbeat(
                            head, beat, sequence, routes, digest, complete, hears, info, overridesDigest);
                }
                case 2 -> announce(head);
                case 3 -> new Message.Pull(head, query, sequence, byDigest);
                case 4 -> new Message.Digests(head, query, sequence, digests(), sizes());
                case 5 -> new Message.BucketRequest(head, query, wanted());
                case 6 -> new Message.Buckets(head, query, sequence, List.copyOf(buckets));
                case 7 -> new Message.Busy(head, query);
                case 8 -> new Message.Ask(head);
                case 9 -> new Message.Behind(head);
                case 10 -> new Message.Overrides(head, List.copyOf(overrides));
                default -> throw new UnknownType();
            };
        }

        /** An override of a kind that a newer version has is passed over; the others count all the same. */
        private void readOverride(CodedInputStream in) throws IOException {
            OverrideCodec.Reader reader = new OverrideCodec.Reader();
            MessageCodec.message(in, field -> reader.field(field, in));
            OverrideEntry entry = reader.entry();
            if (entry != null) {
                overrides.add(entry);
            }
        }

        private Message announce(Message.Head head) throws IOException {
            List<OfferChange> list = changes == null ? List.of() : changes.routes();
            if (list.isEmpty() || sequence > Long.MAX_VALUE - list.size()) {
                throw new IllegalArgumentException("announcement of nothing");
            }
            return new Message.Announce(head, sequence, List.copyOf(list), ageMillis);
        }

        private long[] digests() {
            if (digests == null || digests.length != DIGEST_BYTES) {
                throw new IllegalArgumentException("digests of another number of buckets");
            }
            long[] values = new long[OfferTable.BUCKETS];
            ByteBuffer.wrap(digests).asLongBuffer().get(values);
            return values;
        }

        private int[] sizes() throws IOException {
            int[] values = new int[OfferTable.BUCKETS];
            if (sizes != null) {
                CodedInputStream in = CodedInputStream.newInstance(sizes);
                for (int i = 0; i < values.length && !in.isAtEnd(); i++) {
                    values[i] = (int) notNegative(in.readUInt32());
                }
            }
            return values;
        }

        private List<Integer> wanted() throws IOException {
            List<Integer> values = new ArrayList<>();
            if (wanted != null) {
                CodedInputStream in = CodedInputStream.newInstance(wanted);
                while (!in.isAtEnd()) {
                    values.add(bucketIndex(in.readUInt32()));
                    if (values.size() > MAX_BUCKETS) {
                        throw new IllegalArgumentException("more buckets than there are");
                    }
                }
            }
            return List.copyOf(values);
        }

        private static int bucketIndex(int bucket) {
            if (bucket < 0 || bucket >= OfferTable.BUCKETS) {
                throw new IllegalArgumentException("bucket " + bucket);
            }
            return bucket;
        }

        private Message.Bucket readBucket(CodedInputStream in) throws IOException {
            RouteBlock.Reader block = new RouteBlock.Reader(budget);
            int[] index = {0};
            boolean[] last = {false};
            MessageCodec.message(in, field -> {
                switch (field) {
                    case 8 -> index[0] = bucketIndex(in.readUInt32());
                    case 9 -> last[0] = in.readBool();
                    default -> {
                        return block.field(field, in);
                    }
                }
                return true;
            });
            List<OfferChange> routes = block.routes();
            for (OfferChange route : routes) {
                if (route.offer() == null || OfferTable.bucketOf(route.uri()) != index[0]) {
                    throw new IllegalArgumentException("not in bucket " + index[0]);
                }
            }
            return new Message.Bucket(index[0], last[0], routes);
        }

        private static SiteInfo readInfo(CodedInputStream in) throws IOException {
            String[] region = {""};
            int[] numbers = new int[6];
            boolean[] draining = {false};
            List<Alias> aliases = new ArrayList<>();
            List<String> entries = new ArrayList<>();
            List<String> relays = new ArrayList<>();
            List<String> names = new ArrayList<>();
            MessageCodec.message(in, field -> {
                switch (field) {
                    case 1 -> region[0] = string(in);
                    case 2 -> aliases.add(readAlias(in));
                    case 3 -> numbers[0] = port(in.readInt32());
                    case 4 -> numbers[1] = port(in.readInt32());
                    case 5 -> entries.add(string(in));
                    case 6 -> numbers[2] = (int) notNegative(in.readInt32());
                    case 7 -> draining[0] = in.readBool();
                    case 8 -> relays.add(string(in));
                    case 9 -> names.add(string(in));
                    case 10 -> numbers[3] = (int) notNegative(in.readInt32());
                    case 11 -> numbers[4] = (int) notNegative(in.readInt32());
                    case 12 -> numbers[5] = (int) notNegative(in.readInt32());
                    default -> {
                        return false;
                    }
                }
                boolean tooMany = aliases.size() > MAX_ADDRESSES
                        || entries.size() > MAX_ADDRESSES
                        || relays.size() > MAX_ADDRESSES
                        || names.size() > SiteInfo.MOST_CERTIFICATE_NAMES;
                if (tooMany) {
                    throw new IllegalArgumentException("too many aliases, entries, relays or names");
                }
                return true;
            });
            SiteHealth health = new SiteHealth(numbers[2], draining[0], numbers[3], numbers[4], numbers[5]);
            return new SiteInfo(region[0], aliases, numbers[0], numbers[1], names, entries, relays, health);
        }

        private static int port(int value) {
            if (value < 0 || value > 65535) {
                throw new IllegalArgumentException("port " + value);
            }
            return value;
        }

        private static Alias readAlias(CodedInputStream in) throws IOException {
            String[] domains = {"", ""};
            MessageCodec.message(in, field -> {
                if (field != 1 && field != 2) {
                    return false;
                }
                domains[field - 1] = string(in);
                return true;
            });
            return new Alias(domains[0], domains[1]);
        }
    }
}
