package io.grouter.gossip;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.grouter.rib.OfferTable;
import io.grouter.route.Alias;
import io.grouter.route.Offer;
import io.grouter.route.OfferChange;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Messages as bytes: {@code 'G'}, a version, a CRC-32C of the rest, then protobuf fields. Unknown fields are skipped,
 * so a newer minor version may add some. Nothing is allocated from a length before it was checked against the bytes
 * that are there. Stateless; safe for all threads.
 */
final class MessageCodec {
    /** Longest accepted message in bytes. */
    static final int MAX_BYTES = 1 << 20;

    private static final byte MAGIC = 'G';
    private static final byte VERSION = 1;
    private static final int HEADER = 6;
    private static final int MAX_ADDRESSES = 64;

    private static final int TYPE = 1;
    private static final int SITE = 2;
    private static final int INCARNATION = 3;
    private static final int SEQUENCE = 4;
    private static final int PREVIOUS = 5;
    private static final int ROUTES = 6;
    private static final int DIGEST = 7;
    private static final int COMPLETE = 8;
    private static final int INFO = 9;
    private static final int CHANGE = 10;
    private static final int BUCKET_DIGEST = 11;
    private static final int BUCKET_INDEX = 12;
    private static final int BUCKET = 13;

    private MessageCodec() {}

    /** What became of received bytes. */
    sealed interface Decoded {
        /** A message. */
        record Ok(Message message) implements Decoded {}

        /** Not a message; the reason is fixed text, fit for a metric label. */
        record Malformed(String reason) implements Decoded {}
    }

    static byte[] encode(Message message) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try {
            bytes.write(new byte[HEADER]);
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            write(out, message);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] encoded = bytes.toByteArray();
        ByteBuffer.wrap(encoded).put(MAGIC).put(VERSION).putInt(checksum(encoded));
        return encoded;
    }

    static Decoded decode(byte[] bytes) {
        if (bytes.length < HEADER || bytes[0] != MAGIC) {
            return new Decoded.Malformed("magic");
        }
        if (bytes[1] != VERSION) {
            return new Decoded.Malformed("version");
        }
        if (bytes.length > MAX_BYTES) {
            return new Decoded.Malformed("oversized");
        }
        if (ByteBuffer.wrap(bytes).getInt(2) != checksum(bytes)) {
            return new Decoded.Malformed("checksum");
        }
        try {
            Fields fields = new Fields();
            fields.read(CodedInputStream.newInstance(bytes, HEADER, bytes.length - HEADER));
            return new Decoded.Ok(fields.message());
        } catch (IOException | IllegalArgumentException e) {
            return new Decoded.Malformed("content");
        }
    }

    private static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, HEADER, bytes.length - HEADER);
        return (int) crc.getValue();
    }

    // ---- writing

    private static void write(CodedOutputStream out, Message message) throws IOException {
        out.writeInt32(TYPE, type(message));
        out.writeString(SITE, message.site().name());
        if (message.incarnation() != 0) {
            out.writeInt64(INCARNATION, message.incarnation());
        }
        if (message instanceof Message.Heartbeat heartbeat) {
            out.writeInt64(SEQUENCE, heartbeat.sequence());
            out.writeInt32(ROUTES, heartbeat.routes());
            out.writeFixed64(DIGEST, heartbeat.digest());
            out.writeBool(COMPLETE, heartbeat.complete());
            nested(out, INFO, inner -> writeInfo(inner, heartbeat.info()));
        } else if (message instanceof Message.Announce announce) {
            out.writeInt64(PREVIOUS, announce.previous());
            out.writeInt64(SEQUENCE, announce.sequence());
            for (OfferChange change : announce.changes()) {
                nested(out, CHANGE, inner -> writeChange(inner, change));
            }
        } else if (message instanceof Message.Digests digests) {
            out.writeInt64(SEQUENCE, digests.sequence());
            for (Message.BucketDigest bucket : digests.buckets()) {
                nested(out, BUCKET_DIGEST, inner -> {
                    inner.writeInt32(1, bucket.bucket());
                    inner.writeFixed64(2, bucket.digest());
                });
            }
        } else if (message instanceof Message.BucketRequest request) {
            for (int bucket : request.buckets()) {
                out.writeInt32(BUCKET_INDEX, bucket);
            }
        } else if (message instanceof Message.Buckets buckets) {
            out.writeInt64(SEQUENCE, buckets.sequence());
            for (Message.Bucket bucket : buckets.buckets()) {
                nested(out, BUCKET, inner -> writeBucket(inner, bucket));
            }
        }
    }

    private static int type(Message message) {
        if (message instanceof Message.Heartbeat) {
            return 1;
        } else if (message instanceof Message.Announce) {
            return 2;
        } else if (message instanceof Message.DigestRequest) {
            return 3;
        } else if (message instanceof Message.Digests) {
            return 4;
        } else if (message instanceof Message.BucketRequest) {
            return 5;
        } else if (message instanceof Message.Buckets) {
            return 6;
        }
        return 7;
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
        out.writeInt32(6, info.healthyGoRouters());
        out.writeBool(7, info.draining());
    }

    private static void writeChange(CodedOutputStream out, OfferChange change) throws IOException {
        out.writeString(1, change.uri().host());
        if (!change.uri().path().isEmpty()) {
            out.writeString(2, change.uri().path());
        }
        Offer offer = change.offer();
        if (offer != null) {
            out.writeInt32(3, offer.instances());
            if (!offer.appId().isEmpty()) {
                out.writeString(4, offer.appId());
            }
        }
    }

    private static void writeBucket(CodedOutputStream out, Message.Bucket bucket) throws IOException {
        out.writeInt32(1, bucket.bucket());
        for (OfferChange route : bucket.routes()) {
            nested(out, 2, inner -> writeChange(inner, route));
        }
    }

    // ---- reading

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

    private static String string(CodedInputStream in) throws IOException {
        String text = in.readStringRequireUtf8();
        if (text.length() > RouteUri.MAX_LENGTH) {
            throw new IllegalArgumentException("a text of " + text.length() + " characters");
        }
        return text;
    }

    private static final class Fields {
        private int type;
        private @Nullable SiteId site;
        private long incarnation;
        private long sequence;
        private long previous;
        private int routes;
        private long digest;
        private boolean complete;
        private @Nullable SiteInfo info;
        private final List<OfferChange> changes = new ArrayList<>();
        private final List<Message.BucketDigest> digests = new ArrayList<>();
        private final List<Integer> wanted = new ArrayList<>();
        private final List<Message.Bucket> buckets = new ArrayList<>();

        void read(CodedInputStream in) throws IOException {
            fields(in, field -> {
                switch (field) {
                    case TYPE -> type = in.readInt32();
                    case SITE -> site = new SiteId(string(in));
                    case INCARNATION -> incarnation = notNegative(in.readInt64());
                    case SEQUENCE -> sequence = notNegative(in.readInt64());
                    case PREVIOUS -> previous = notNegative(in.readInt64());
                    case ROUTES -> routes = (int) notNegative(in.readInt32());
                    case DIGEST -> digest = in.readFixed64();
                    case COMPLETE -> complete = in.readBool();
                    case INFO -> info = readInfo(in);
                    case CHANGE -> changes.add(readChange(in));
                    case BUCKET_DIGEST -> digests.add(readDigest(in));
                    case BUCKET_INDEX -> wanted.add(bucketIndex(in.readInt32()));
                    case BUCKET -> buckets.add(readBucket(in));
                    default -> {
                        return false;
                    }
                }
                if (digests.size() > OfferTable.BUCKETS || wanted.size() > OfferTable.BUCKETS) {
                    throw new IllegalArgumentException("more buckets than there are");
                }
                return true;
            });
        }

        Message message() {
            SiteId about = site;
            if (about == null) {
                throw new IllegalArgumentException("no site");
            }
            return switch (type) {
                case 1 -> {
                    if (info == null) {
                        throw new IllegalArgumentException("heartbeat without info");
                    }
                    yield new Message.Heartbeat(about, incarnation, sequence, routes, digest, complete, info);
                }
                case 2 -> new Message.Announce(about, incarnation, previous, sequence, List.copyOf(changes));
                case 3 -> new Message.DigestRequest(about);
                case 4 -> new Message.Digests(about, incarnation, sequence, List.copyOf(digests));
                case 5 -> new Message.BucketRequest(about, List.copyOf(wanted));
                case 6 -> new Message.Buckets(about, incarnation, sequence, List.copyOf(buckets));
                case 7 -> new Message.Behind(about, incarnation);
                default -> throw new IllegalArgumentException("type " + type);
            };
        }

        private static long notNegative(long value) {
            if (value < 0) {
                throw new IllegalArgumentException("negative number");
            }
            return value;
        }

        private static int bucketIndex(int bucket) {
            if (bucket < 0 || bucket >= OfferTable.BUCKETS) {
                throw new IllegalArgumentException("bucket " + bucket);
            }
            return bucket;
        }

        private static SiteInfo readInfo(CodedInputStream in) throws IOException {
            String[] region = {""};
            int[] numbers = new int[3];
            boolean[] draining = {false};
            List<Alias> aliases = new ArrayList<>();
            List<String> entries = new ArrayList<>();
            MessageCodec.message(in, field -> {
                switch (field) {
                    case 1 -> region[0] = string(in);
                    case 2 -> aliases.add(readAlias(in));
                    case 3 -> numbers[0] = port(in.readInt32());
                    case 4 -> numbers[1] = port(in.readInt32());
                    case 5 -> entries.add(string(in));
                    case 6 -> numbers[2] = (int) notNegative(in.readInt32());
                    case 7 -> draining[0] = in.readBool();
                    default -> {
                        return false;
                    }
                }
                if (aliases.size() > MAX_ADDRESSES || entries.size() > MAX_ADDRESSES) {
                    throw new IllegalArgumentException("too many aliases or entries");
                }
                return true;
            });
            return new SiteInfo(region[0], aliases, numbers[0], numbers[1], entries, numbers[2], draining[0]);
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

        private static OfferChange readChange(CodedInputStream in) throws IOException {
            String[] texts = {"", "", ""};
            int[] instances = {0};
            MessageCodec.message(in, field -> {
                switch (field) {
                    case 1 -> texts[0] = string(in);
                    case 2 -> texts[1] = string(in);
                    case 3 -> instances[0] = in.readInt32();
                    case 4 -> texts[2] = string(in);
                    default -> {
                        return false;
                    }
                }
                return true;
            });
            RouteUri uri = new RouteUri(texts[0], texts[1]);
            if (!uri.wellFormed()) {
                throw new IllegalArgumentException("not a route");
            }
            return new OfferChange(uri, instances[0] == 0 ? null : new Offer(instances[0], texts[2]));
        }

        private static Message.BucketDigest readDigest(CodedInputStream in) throws IOException {
            int[] bucket = {0};
            long[] value = {0};
            MessageCodec.message(in, field -> {
                switch (field) {
                    case 1 -> bucket[0] = bucketIndex(in.readInt32());
                    case 2 -> value[0] = in.readFixed64();
                    default -> {
                        return false;
                    }
                }
                return true;
            });
            return new Message.BucketDigest(bucket[0], value[0]);
        }

        private static Message.Bucket readBucket(CodedInputStream in) throws IOException {
            int[] bucket = {0};
            List<OfferChange> routes = new ArrayList<>();
            MessageCodec.message(in, field -> {
                switch (field) {
                    case 1 -> bucket[0] = bucketIndex(in.readInt32());
                    case 2 -> routes.add(readChange(in));
                    default -> {
                        return false;
                    }
                }
                return true;
            });
            for (OfferChange route : routes) {
                if (route.offer() == null || OfferTable.bucketOf(route.uri()) != bucket[0]) {
                    throw new IllegalArgumentException("a route in the wrong bucket");
                }
            }
            return new Message.Bucket(bucket[0], List.copyOf(routes));
        }
    }
}
