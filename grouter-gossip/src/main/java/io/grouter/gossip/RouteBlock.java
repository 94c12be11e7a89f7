package io.grouter.gossip;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import io.grouter.route.Offer;
import io.grouter.route.OfferChange;
import io.grouter.route.RouteUri;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Routes with their offers, column by column, because names compress well and app ids not at all. A name is cut at its
 * first dot: what follows stands once per block, and of the label only what differs from the one before. The columns of
 * text are deflated (RFC 1951) when that makes them shorter. Stateless; safe for all threads.
 */
final class RouteBlock {
    /** Most routes in one message. */
    static final int MAX_ROUTES = 20_000;

    private static final int MAX_TEXT = 2 << 20;
    /** Most characters of all names together: a shared beginning costs the sender next to nothing, but not the reader. */
    private static final int MAX_CHARACTERS = 4 << 20;

    private static final int WORTH_DEFLATING = 256;

    private static final int COUNT = 1;
    private static final int TEXT_LENGTH = 2;
    private static final int TEXT = 3;
    private static final int OFFERS = 4;
    private static final int GUIDS = 5;
    private static final int EXTRAS = 6;

    private static final int WITHDRAWN = 0;
    private static final int HAS_GUID = 1;
    private static final int HAS_EXTENSION = 2;
    private static final int INSTANCES = 4;

    private RouteBlock() {}

    // ---- writing

    /** Writes a block as the fields of a message. */
    static void write(CodedOutputStream out, List<OfferChange> routes) throws IOException {
        Column text = new Column(routes.size() * 16);
        Column offers = new Column(routes.size() * 2);
        Column guids = new Column(routes.size() * 16);
        Column extras = new Column(0);
        Map<String, Integer> domains = new HashMap<>();
        String label = "";
        for (OfferChange route : routes) {
            label = writeName(text.out, domains, label, route.uri());
            writeOffer(offers.out, guids.out, extras.out, route.offer());
        }
        out.writeInt32(COUNT, routes.size());
        byte[] plain = text.bytes();
        byte[] deflated = plain.length < WORTH_DEFLATING ? plain : deflate(plain);
        if (deflated.length < plain.length) {
            out.writeInt32(TEXT_LENGTH, plain.length);
            out.writeByteArray(TEXT, deflated);
        } else {
            out.writeByteArray(TEXT, plain);
        }
        out.writeByteArray(OFFERS, offers.bytes());
        guids.writeTo(out, GUIDS);
        extras.writeTo(out, EXTRAS);
    }

    private static final class Column {
        final ByteArrayOutputStream bytes;
        final CodedOutputStream out;

        Column(int size) {
            bytes = new ByteArrayOutputStream(size + 16);
            out = CodedOutputStream.newInstance(bytes);
        }

        byte[] bytes() throws IOException {
            out.flush();
            return bytes.toByteArray();
        }

        void writeTo(CodedOutputStream to, int field) throws IOException {
            byte[] content = bytes();
            if (content.length > 0) {
                to.writeByteArray(field, content);
            }
        }
    }

    /** Returns the label, for the next name. */
    private static String writeName(CodedOutputStream out, Map<String, Integer> domains, String before, RouteUri uri)
            throws IOException {
        String host = uri.host();
        int dot = host.indexOf('.');
        String label = dot < 0 ? host : host.substring(0, dot);
        int shared = 0;
        int most = Math.min(label.length(), before.length());
        while (shared < most && label.charAt(shared) == before.charAt(shared)) {
            shared++;
        }
        if (shared > 0 && Character.isHighSurrogate(label.charAt(shared - 1))) {
            shared--;
        }
        out.writeUInt32NoTag(shared);
        out.writeStringNoTag(label.substring(shared));
        if (dot < 0) {
            out.writeUInt32NoTag(0);
        } else {
            String domain = host.substring(dot);
            Integer known = domains.putIfAbsent(domain, domains.size() + 1);
            out.writeUInt32NoTag(known == null ? domains.size() : known);
            if (known == null) {
                out.writeStringNoTag(domain);
            }
        }
        out.writeStringNoTag(uri.path());
        return label;
    }

    private static void writeOffer(
            CodedOutputStream out, CodedOutputStream guids, CodedOutputStream extras, @Nullable Offer offer)
            throws IOException {
        if (offer == null) {
            out.writeUInt64NoTag(WITHDRAWN);
            return;
        }
        byte[] extension = offer.extension();
        out.writeUInt64NoTag((long) offer.instances() * INSTANCES
                + (extension.length > 0 ? HAS_EXTENSION : 0)
                + (offer.hasGuid() ? HAS_GUID : 0));
        if (offer.hasGuid()) {
            guids.writeFixed64NoTag(offer.guidHigh());
            guids.writeFixed64NoTag(offer.guidLow());
        } else {
            extras.writeStringNoTag(offer.appId());
        }
        if (extension.length > 0) {
            extras.writeByteArrayNoTag(extension);
        }
    }

    private static byte[] deflate(byte[] plain) {
        Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
        try {
            deflater.setInput(plain);
            deflater.finish();
            byte[] out = new byte[plain.length];
            int length = deflater.deflate(out);
            return deflater.finished() ? Arrays.copyOf(out, length) : plain;
        } finally {
            deflater.end();
        }
    }

    // ---- reading

    /** What all blocks of one message may hold together. */
    static final class Budget {
        private int routes = MAX_ROUTES;
        private int characters = MAX_CHARACTERS;
        private int text = 2 * MAX_TEXT;

        private void routes(int count) {
            routes -= count;
            check(routes >= 0);
        }

        private void characters(int count) {
            characters -= count;
            check(characters >= 0);
        }

        private void text(int bytes) {
            text -= bytes;
            check(text >= 0);
        }

        private static void check(boolean within) {
            if (!within) {
                throw new IllegalArgumentException("more routes or longer names than a message may have");
            }
        }
    }

    /** Collects the fields of a block. */
    static final class Reader {
        private static final byte[] NONE = {};

        private final Budget budget;
        private int count;
        private int textLength = -1;
        private byte[] text = NONE;
        private byte[] offers = NONE;
        private byte[] guids = NONE;
        private byte[] extras = NONE;

        Reader(Budget budget) {
            this.budget = budget;
        }

        /** Reads one field; false when it is not known. */
        boolean field(int field, CodedInputStream in) throws IOException {
            switch (field) {
                case COUNT -> count = in.readInt32();
                case TEXT_LENGTH -> textLength = in.readInt32();
                case TEXT -> text = in.readByteArray();
                case OFFERS -> offers = in.readByteArray();
                case GUIDS -> guids = in.readByteArray();
                case EXTRAS -> extras = in.readByteArray();
                default -> {
                    return false;
                }
            }
            return true;
        }

        /**
         * Returns the routes.
         *
         * @throws IllegalArgumentException when the columns do not fit together or a bound is exceeded
         */
        List<OfferChange> routes() throws IOException {
            // Each route takes at least one byte of offers and four of text, so nothing is allocated on their word
            // alone.
            if (count < 0 || count > offers.length) {
                throw new IllegalArgumentException(count + " routes");
            }
            budget.routes(count);
            budget.text(Math.max(0, textLength));
            byte[] plain = textLength < 0 ? text : inflate(text, textLength);
            CodedInputStream names = CodedInputStream.newInstance(plain);
            CodedInputStream kinds = CodedInputStream.newInstance(offers);
            CodedInputStream others = CodedInputStream.newInstance(extras);
            ByteBuffer ids = ByteBuffer.wrap(guids).order(java.nio.ByteOrder.LITTLE_ENDIAN);
            List<OfferChange> routes = new ArrayList<>(count);
            List<String> domains = new ArrayList<>();
            String label = "";
            for (int i = 0; i < count; i++) {
                int shared = names.readUInt32();
                if (shared < 0 || shared > label.length()) {
                    throw new IllegalArgumentException("shared prefix of " + shared);
                }
                String rest = bounded(names.readStringRequireUtf8());
                label = shared == 0 ? rest : bounded(label.substring(0, shared) + rest);
                String domain = domain(names, domains);
                String path = bounded(names.readStringRequireUtf8());
                RouteUri uri = new RouteUri(domain.isEmpty() ? label : label + domain, path);
                budget.characters(uri.host().length() + uri.path().length());
                if (!uri.wellFormed()) {
                    throw new IllegalArgumentException("malformed route");
                }
                routes.add(new OfferChange(uri, offer(kinds, ids, others)));
            }
            if (!names.isAtEnd() || !kinds.isAtEnd() || !others.isAtEnd() || ids.hasRemaining()) {
                throw new IllegalArgumentException("columns of different length");
            }
            return routes;
        }

        private static String domain(CodedInputStream in, List<String> domains) throws IOException {
            int index = in.readUInt32();
            if (index == 0) {
                return "";
            }
            if (index < 0 || index > domains.size() + 1) {
                throw new IllegalArgumentException("domain " + index);
            }
            if (index > domains.size()) {
                domains.add(bounded(in.readStringRequireUtf8()));
            }
            return domains.get(index - 1);
        }

        private static @Nullable Offer offer(CodedInputStream in, ByteBuffer guids, CodedInputStream extras)
                throws IOException {
            long kind = in.readUInt64();
            if (kind == WITHDRAWN) {
                return null;
            }
            long instances = kind / INSTANCES;
            if (kind < 0 || instances > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("instances");
            }
            boolean guid = (kind & HAS_GUID) != 0;
            if (guid && guids.remaining() < 16) {
                throw new IllegalArgumentException("missing id");
            }
            long high = guid ? guids.getLong() : 0;
            long low = guid ? guids.getLong() : 0;
            String id = guid ? "" : bounded(extras.readStringRequireUtf8());
            byte[] extension = (kind & HAS_EXTENSION) != 0 ? extras.readByteArray() : NONE;
            return guid ? new Offer((int) instances, high, low, extension) : new Offer((int) instances, id, extension);
        }

        private static String bounded(String text) {
            if (text.length() > RouteUri.MAX_LENGTH) {
                throw new IllegalArgumentException("a text of " + text.length() + " characters");
            }
            return text;
        }

        private static byte[] inflate(byte[] deflated, int length) {
            // Deflate cannot make more than 1,032 times as much of anything.
            if (length > MAX_TEXT || length > 1032L * deflated.length) {
                throw new IllegalArgumentException("text of " + length + " bytes");
            }
            Inflater inflater = new Inflater(true);
            try {
                inflater.setInput(deflated);
                byte[] plain = new byte[length];
                int got = 0;
                while (got < length) {
                    int some = inflater.inflate(plain, got, length - got);
                    if (some == 0) {
                        break;
                    }
                    got += some;
                }
                if (got != length || inflater.inflate(new byte[1]) != 0) {
                    throw new IllegalArgumentException("text is not " + length + " bytes long");
                }
                return plain;
            } catch (DataFormatException e) {
                throw new IllegalArgumentException("text is not deflated", e);
            } finally {
                inflater.end();
            }
        }
    }
}
