package io.grouter.route;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An {@link Endpoint} as a short row of bytes: about 50 for one of Cloud Foundry's, against some 600 as objects. An
 * instance of this class is the place where a row is put together, used again and again; the tables keep copies.
 *
 * <p>Address first, so that two rows are of one endpoint when they begin alike: 0 and six bytes for IPv4 and port, or
 * the length of the text plus one and the text. Then a byte of {@code HAS_...} marks, app and instance id (16 bytes, or
 * length and text), index, and what the marks announce.
 */
public final class PackedEndpoint {
    private static final int TLS = 1;
    private static final int APP_GUID = 2;
    private static final int INSTANCE_GUID = 4;
    private static final int HAS_SEGMENT = 8;
    private static final int HAS_ZONE = 16;
    private static final int HAS_ROUTE_SERVICE = 32;
    private static final int HAS_THRESHOLD = 64;
    private static final int HAS_TAGS = 128;

    private static final int IPV4_LENGTH = 7;

    private final TagShapes shapes;
    private final Bytes bytes = new Bytes(256);
    private final Bytes shape = new Bytes(1024);
    private final Bytes open = new Bytes(256);
    private final Bytes texts = new Bytes(256);

    /** Makes an empty place; tags go to the given set. */
    public PackedEndpoint(TagShapes shapes) {
        this.shapes = shapes;
    }

    /** Returns the row last put together; its array is used again. */
    public Bytes bytes() {
        return bytes;
    }

    /** Puts a row together. */
    public PackedEndpoint set(EndpointParts parts) {
        texts.clear();
        texts.add(parts.host.array, parts.host.from, parts.host.to);
        texts.add(':');
        addDecimal(parts.tlsPort != 0 ? parts.tlsPort : parts.port);
        start(parts.tlsPort != 0);
        return finish(parts);
    }

    /** Puts the row of an endpoint together. */
    public PackedEndpoint set(Endpoint endpoint) {
        EndpointParts parts = new EndpointParts();
        texts.clear();
        byte[] address = endpoint.address().getBytes(StandardCharsets.UTF_8);
        texts.add(address, 0, address.length);
        parts.app.set(new Utf8Text(endpoint.appId()));
        parts.instance.set(new Utf8Text(endpoint.instanceId()));
        parts.index.set(new Utf8Text(endpoint.instanceIndex()));
        parts.segment.set(new Utf8Text(endpoint.isolationSegment()));
        parts.zone.set(new Utf8Text(endpoint.availabilityZone()));
        parts.routeService.set(new Utf8Text(endpoint.routeServiceUrl()));
        parts.staleThreshold = endpoint.staleThresholdSeconds();
        for (Map.Entry<String, String> tag : endpoint.tags().entrySet()) {
            if (parts.tags < TagShapes.MOST_TAGS) {
                parts.tagNames[parts.tags].set(new Utf8Text(tag.getKey()));
                parts.tagValues[parts.tags++].set(new Utf8Text(tag.getValue()));
            }
        }
        start(endpoint.tls());
        return finish(parts);
    }

    private void addDecimal(int number) {
        int divisor = 10_000;
        while (divisor > 1 && number < divisor) {
            divisor /= 10;
        }
        for (; divisor > 0; divisor /= 10) {
            texts.add('0' + number / divisor % 10);
        }
    }

    /** Writes the address that stands in {@link #texts}, and the place of the marks. */
    private void start(boolean tls) {
        bytes.clear();
        long ipv4 = ipv4(texts.array(), texts.length());
        if (ipv4 >= 0) {
            bytes.add(0);
            for (int shift = 40; shift >= 0; shift -= 8) {
                bytes.add((int) (ipv4 >>> shift));
            }
        } else {
            bytes.addNumber(texts.length() + 1);
            bytes.add(texts.array(), 0, texts.length());
        }
        bytes.add(tls ? TLS : 0);
    }

    private PackedEndpoint finish(EndpointParts parts) {
        int at = bytes.length() - 1;
        int marks = bytes.array()[at];
        marks |= addId(parts.app) ? APP_GUID : 0;
        marks |= addId(parts.instance) ? INSTANCE_GUID : 0;
        bytes.addText(parts.index.array, parts.index.from, parts.index.to);
        marks |= addIfAny(parts.segment) ? HAS_SEGMENT : 0;
        marks |= addIfAny(parts.zone) ? HAS_ZONE : 0;
        marks |= addIfAny(parts.routeService) ? HAS_ROUTE_SERVICE : 0;
        if (parts.staleThreshold != 0) {
            bytes.addNumber(parts.staleThreshold);
            marks |= HAS_THRESHOLD;
        }
        int id = addTags(parts);
        if (id != TagShapes.NONE) {
            bytes.addNumber(id);
            bytes.add(open.array(), 0, open.length());
            marks |= HAS_TAGS;
        }
        bytes.set(at, marks);
        return this;
    }

    private boolean addId(Utf8Text id) {
        if (bytes.addGuid(id.array, id.from, id.to)) {
            return true;
        }
        bytes.addText(id.array, id.from, id.to);
        return false;
    }

    private boolean addIfAny(Utf8Text text) {
        if (text.length() > 0) {
            bytes.addText(text.array, text.from, text.to);
        }
        return text.length() > 0;
    }

    private int addTags(EndpointParts parts) {
        shape.clear();
        open.clear();
        for (int i = 0; i < parts.tags; i++) {
            Utf8Text name = parts.tagNames[i];
            Utf8Text value = parts.tagValues[i];
            shape.addText(name.array, name.from, name.to);
            if (value.length() > 0 && value.same(parts.app)) {
                shape.add(TagShapes.APP);
            } else if (value.length() > 0 && value.same(parts.instance)) {
                shape.add(TagShapes.INSTANCE);
            } else if (TagShapes.isOpen(name.array, name.from, name.to)) {
                shape.add(TagShapes.OPEN);
                open.addText(value.array, value.from, value.to);
            } else {
                shape.add(TagShapes.CONSTANT);
                shape.addText(value.array, value.from, value.to);
            }
        }
        return shapes.idOf(shape.array(), shape.length());
    }

    /** Returns address and port in 48 bits, or -1 when the text is not the one way of writing them. */
    private static long ipv4(byte[] text, int length) {
        long value = 0;
        int at = 0;
        for (int part = 0; part < 5; part++) {
            int most = part < 4 ? 255 : 65535;
            int start = at;
            int number = 0;
            while (at < length && text[at] >= '0' && text[at] <= '9' && number <= most) {
                number = 10 * number + text[at++] - '0';
            }
            boolean leadingZero = at - start > 1 && text[start] == '0';
            boolean separated = part == 4 ? at == length : at < length && text[at] == (part == 3 ? ':' : '.');
            if (at == start || number > most || leadingZero || !separated) {
                return -1;
            }
            value = value << (part < 4 ? 8 : 16) | number;
            at++;
        }
        return value;
    }

    // ---- reading rows

    /** Returns how many of the first bytes of a row are its address. */
    public static int addressLength(byte[] row) {
        if (row[0] == 0) {
            return IPV4_LENGTH;
        }
        Bytes.Reader reader = new Bytes.Reader(row, 0, row.length);
        int length = reader.readNumber() - 1;
        return reader.at() + length;
    }

    /** Returns the seconds after which the sender wants the endpoint forgotten; 0 = the receiver's default. */
    public static int staleThreshold(byte[] row) {
        int marks = row[addressLength(row)];
        return (marks & HAS_THRESHOLD) == 0 ? 0 : unpacked(row, null).staleThresholdSeconds();
    }

    /** Returns the number of the set of tags a row has; 0 = no tags. */
    public static int shape(byte[] row) {
        int at = shapeAt(row);
        return at < 0 ? TagShapes.NONE : new Bytes.Reader(row, at, row.length).readNumber();
    }

    /** Changes the number of the set of tags in a row that comes from elsewhere; 0 takes the tags away. */
    public static void renumber(Bytes row, IntUnaryOperator newNumber) {
        byte[] old = row.toArray();
        int at = shapeAt(old);
        if (at < 0) {
            return;
        }
        Bytes.Reader reader = new Bytes.Reader(old, at, old.length);
        int number = newNumber.applyAsInt(reader.readNumber());
        row.truncate(at);
        if (number == TagShapes.NONE) {
            int marks = addressLength(old);
            row.set(marks, old[marks] & ~HAS_TAGS);
        } else {
            row.addNumber(number);
            row.add(old, reader.at(), old.length);
        }
    }

    /** Returns where the number of the set of tags stands, or -1 when there are none. */
    private static int shapeAt(byte[] row) {
        Bytes.Reader reader = new Bytes.Reader(row, addressLength(row), row.length);
        int marks = reader.read();
        if ((marks & HAS_TAGS) == 0) {
            return -1;
        }
        reader.skip((marks & APP_GUID) != 0 ? 16 : reader.readNumber());
        reader.skip((marks & INSTANCE_GUID) != 0 ? 16 : reader.readNumber());
        reader.skip(reader.readNumber());
        for (int mark : new int[] {HAS_SEGMENT, HAS_ZONE, HAS_ROUTE_SERVICE}) {
            if ((marks & mark) != 0) {
                reader.skip(reader.readNumber());
            }
        }
        if ((marks & HAS_THRESHOLD) != 0) {
            reader.readNumber();
        }
        return reader.at();
    }

    /** Returns what a site offers that has so many endpoints, of which this is the oldest. */
    public static Offer offer(byte[] row, int instances) {
        Bytes.Reader reader = new Bytes.Reader(row, addressLength(row), row.length);
        return (reader.read() & APP_GUID) != 0
                ? new Offer(instances, reader.readLong(), reader.readLong())
                : new Offer(instances, reader.readText());
    }

    /** Returns the id of the instance a row stands for; {@code ""} = it has none. */
    public static String instanceId(byte[] row) {
        Bytes.Reader reader = new Bytes.Reader(row, addressLength(row), row.length);
        int marks = reader.read();
        reader.skip((marks & APP_GUID) != 0 ? 16 : reader.readNumber());
        return readId(reader, (marks & INSTANCE_GUID) != 0);
    }

    /** Returns the endpoint that a row stands for. */
    public static Endpoint unpack(byte[] row, TagShapes shapes) {
        return unpacked(row, shapes);
    }

    /** Without shapes, the tags are left out. */
    private static Endpoint unpacked(byte[] row, @Nullable TagShapes shapes) {
        int start = addressLength(row);
        String address = row[0] == 0 ? ipv4(row) : new Bytes.Reader(row, 0, row.length).readTextPlusOne();
        Bytes.Reader reader = new Bytes.Reader(row, start, row.length);
        int marks = reader.read();
        String app = readId(reader, (marks & APP_GUID) != 0);
        String instance = readId(reader, (marks & INSTANCE_GUID) != 0);
        String index = reader.readText();
        String segment = (marks & HAS_SEGMENT) != 0 ? reader.readText() : "";
        String zone = (marks & HAS_ZONE) != 0 ? reader.readText() : "";
        String routeService = (marks & HAS_ROUTE_SERVICE) != 0 ? reader.readText() : "";
        int threshold = (marks & HAS_THRESHOLD) != 0 ? reader.readNumber() : 0;
        Map<String, String> tags = shapes != null && (marks & HAS_TAGS) != 0
                ? shapes.tags(reader.readNumber(), reader, app, instance)
                : Map.of();
        return new Endpoint(
                address, (marks & TLS) != 0, app, instance, index, segment, zone, routeService, threshold, tags);
    }

    private static String readId(Bytes.Reader reader, boolean guid) {
        return guid ? reader.readGuid() : reader.readText();
    }

    private static String ipv4(byte[] row) {
        StringBuilder text = new StringBuilder(21);
        for (int i = 1; i < 5; i++) {
            text.append(row[i] & 0xFF).append(i < 4 ? '.' : ':');
        }
        return text.append(((row[5] & 0xFF) << 8) | (row[6] & 0xFF)).toString();
    }
}
