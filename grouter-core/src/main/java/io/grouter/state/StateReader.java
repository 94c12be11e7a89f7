package io.grouter.state;

import io.grouter.rib.Rib;
import io.grouter.route.Bytes;
import io.grouter.route.Offer;
import io.grouter.route.OfferChange;
import io.grouter.route.PackedEndpoint;
import io.grouter.route.RouteKey;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads a state file in two passes: the first only checks, every block and the whole, the second fills the tables. So a
 * file that is not perfect changes nothing. Used once, before the rib thread runs.
 */
final class StateReader {
    private static final int BUFFER = 1 << 16;

    private final Path file;
    private final SiteId site;
    private final Duration maxAge;
    private final Map<Integer, Integer> shapes = new HashMap<>();
    private final RouteKey key = new RouteKey();
    private final Bytes row = new Bytes(256);
    private int endpoints;
    private int offers;
    private long ageMillis;

    /** Why a file cannot be used. */
    static final class Unusable extends Exception {
        private static final long serialVersionUID = 1L;

        Unusable(String why) {
            super(why);
        }
    }

    StateReader(Path file, SiteId site, Duration maxAge) {
        this.file = file;
        this.site = site;
        this.maxAge = maxAge;
    }

    /** Returns how old the file is; meaningless before {@link #read}. */
    Duration age() {
        return Duration.ofMillis(ageMillis);
    }

    int endpoints() {
        return endpoints;
    }

    int offers() {
        return offers;
    }

    private interface BlockHandler {
        void block(int type, byte[] content, int length) throws Unusable;
    }

    /** Fills the tables; throws, with the tables as they were, when there is anything wrong with the file. */
    void read(Rib tables, long nowNanos, long wallMillis) throws Unusable {
        Checker checker = new Checker(wallMillis);
        try {
            forEachBlock(checker);
            checker.finish();
            forEachBlock((type, content, length) -> restore(tables, type, content, length, nowNanos));
        } catch (NoSuchFileException e) {
            throw new Unusable("there is none yet");
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new Unusable("its content makes no sense: " + e.getMessage());
        } catch (IOException e) {
            throw new Unusable("it cannot be read: " + e.getMessage());
        }
    }

    private void forEachBlock(BlockHandler handler) throws IOException, Unusable {
        try (InputStream stream = Files.newInputStream(file);
                DataInputStream in = new DataInputStream(new BufferedInputStream(stream, BUFFER))) {
            byte[] magic = in.readNBytes(StateFormat.MAGIC.length);
            if (!Arrays.equals(magic, StateFormat.MAGIC)) {
                throw new Unusable(
                        "it does not begin with " + new String(StateFormat.MAGIC, StandardCharsets.US_ASCII).trim());
            }
            byte[] content = new byte[BUFFER];
            for (int number = 0; ; number++) {
                int type = in.read();
                if (type < 0) {
                    return;
                }
                int length = in.readInt();
                if (length < 0 || length > StateFormat.MAX_BLOCK) {
                    throw new Unusable("block " + number + " is damaged");
                }
                if (content.length < length) {
                    // Grown no faster than the file gives, so that a damaged length costs no memory.
                    content = in.readNBytes(length);
                } else {
                    in.readFully(content, 0, length);
                }
                if (content.length < length || in.readInt() != StateFormat.crc(number, type, content, length)) {
                    throw new Unusable("block " + number + " is damaged");
                }
                handler.block(type, content, length);
            }
        } catch (EOFException e) {
            throw new Unusable("it is cut short");
        }
    }

    /** The first pass. */
    private final class Checker implements BlockHandler {
        private final long wallMillis;
        private boolean began;
        private boolean ended;
        private int seenEndpoints;
        private int seenOffers;

        Checker(long wallMillis) {
            this.wallMillis = wallMillis;
        }

        @Override
        public void block(int type, byte[] content, int length) throws Unusable {
            Bytes.Reader in = new Bytes.Reader(content, 0, length);
            if (ended || began != (type != StateFormat.HEADER)) {
                throw new Unusable("its blocks are in the wrong order");
            }
            switch (type) {
                case StateFormat.HEADER -> header(in);
                case StateFormat.SHAPE -> {}
                case StateFormat.LOCAL -> {
                    for (; in.hasMore(); seenEndpoints++) {
                        in.skip(in.readNumber());
                        in.skip(in.readNumber());
                        in.readNumber();
                    }
                }
                case StateFormat.LEARNED -> {
                    new SiteId(in.readText());
                    in.skip(16);
                    for (; in.hasMore(); seenOffers++) {
                        in.skip(in.readNumber());
                        in.readNumber();
                        in.skip(in.readNumber());
                        in.skip(in.readNumber());
                    }
                }
                case StateFormat.END -> {
                    ended = true;
                    endpoints = in.readNumber();
                    offers = in.readNumber();
                }
                default -> throw new Unusable("it has a block of the unknown type " + type);
            }
        }

        private void header(Bytes.Reader in) throws Unusable {
            began = true;
            String owner = in.readText();
            if (!owner.equals(site.name())) {
                throw new Unusable("it is of the site " + owner + ", not of " + site);
            }
            ageMillis = wallMillis - in.readLong();
            if (ageMillis < 0) {
                throw new Unusable("it is from the future; the clock was set back");
            }
            if (ageMillis > maxAge.toMillis()) {
                throw new Unusable("it is " + age().toSeconds() + " s old (allowed: " + maxAge.toSeconds() + " s)");
            }
        }

        void finish() throws Unusable {
            if (!ended) {
                throw new Unusable("it is cut short");
            }
            if (endpoints != seenEndpoints || offers != seenOffers) {
                throw new Unusable("it does not hold what its end says");
            }
        }
    }

    // ---- the second pass

    private void restore(Rib tables, int type, byte[] content, int length, long nowNanos) {
        Bytes.Reader in = new Bytes.Reader(content, 0, length);
        switch (type) {
            case StateFormat.SHAPE -> {
                int id = in.readNumber();
                byte[] shape = Arrays.copyOfRange(content, in.at(), length);
                shapes.put(id, tables.shapes().idOf(shape, shape.length));
            }
            case StateFormat.LOCAL -> {
                while (in.hasMore()) {
                    int uriLength = in.readNumber();
                    int uri = in.skip(uriLength);
                    key.setKey(content, uri, uri + uriLength);
                    int rowLength = in.readNumber();
                    int start = in.skip(rowLength);
                    row.clear().add(content, start, start + rowLength);
                    PackedEndpoint.renumber(row, id -> shapes.getOrDefault(id, 0));
                    int age = (int) Math.min(Integer.MAX_VALUE, in.readNumber() + ageMillis);
                    tables.restore(key, row, age, nowNanos);
                }
            }
            case StateFormat.LEARNED -> {
                SiteId from = new SiteId(in.readText());
                long incarnation = in.readLong();
                long heard = nowNanos - (in.readLong() + ageMillis) * 1_000_000;
                while (in.hasMore() && !from.equals(site)) {
                    RouteUri uri = RouteUri.ofKey(in.readText());
                    Offer offer = new Offer(in.readNumber(), in.readText(), in.readBytes());
                    tables.restore(from, incarnation, new OfferChange(uri, offer), heard);
                }
            }
            default -> {}
        }
    }
}
