package io.grouter.nats;

import io.grouter.route.EndpointParts;
import io.grouter.route.RouteUri;
import io.grouter.route.TagShapes;
import io.grouter.route.Utf8Text;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Decodes the bodies of {@code router.register} and {@code router.unregister} with the tolerance of GoRouter's
 * {@code mbus.RegistryMessage}: keys match in any case, the last of several equal keys counts, null leaves a field
 * alone, unknown fields are skipped, and one wrong type drops the whole message.
 *
 * <p>Mutable, used by one thread: what was decoded is read from the decoder itself until the next message, so that a
 * message makes no objects.
 */
public final class RegistryMessageDecoder {
    /** Most URIs in one message. */
    static final int MAX_URIS = 1000;
    /** Longest text that is kept of any other field, in bytes. */
    static final int MAX_TEXT = 1024;

    private static final byte[][] FIELDS = names(
            "uris",
            "host",
            "port",
            "tls_port",
            "app",
            "private_instance_id",
            "private_instance_index",
            "isolation_segment",
            "route_service_url",
            "availability_zone",
            "stale_threshold_in_seconds",
            "endpoint_updated_at_ns",
            "protocol",
            "server_cert_domain_san",
            "tags",
            "options");
    private static final byte[][] OPTIONS = names(
            "hash_balance", "lb_algo", "loadbalancing", "hash_header", "route_policy_scope", "route_policy_sources");

    private final JsonScanner json = new JsonScanner();
    private final EndpointParts parts = new EndpointParts();
    private final List<Utf8Text> uris = new ArrayList<>();
    private final Utf8Text key = new Utf8Text();
    private final Utf8Text value = new Utf8Text();
    private final int[] order = new int[FIELDS.length];
    private int uriCount;
    /** How many of the URIs' places hold what Go would still have in the memory behind the slice. */
    private int uriCapacity;

    private Malformed.Reason reason = Malformed.Reason.JSON;
    private String detail = "";

    /** Makes a decoder. */
    public RegistryMessageDecoder() {}

    private static byte[][] names(String... names) {
        byte[][] bytes = new byte[names.length][];
        for (int i = 0; i < names.length; i++) {
            bytes[i] = names[i].getBytes(StandardCharsets.US_ASCII);
        }
        return bytes;
    }

    /** Leaves the decoder early; never leaves this class. */
    private static final class Drop extends RuntimeException {
        private static final long serialVersionUID = 1L;
        final Malformed.Reason reason;

        Drop(Malformed.Reason reason, String detail) {
            super(detail, null, false, false);
            this.reason = reason;
        }
    }

    /** Decodes one message. Never throws; when it returns false, {@link #malformed()} says why. */
    public boolean decode(byte[] body) {
        parts.clear();
        uriCount = 0;
        uriCapacity = 0;
        try {
            json.start(body);
            if (json.peek() == '{') {
                message();
            } else if (!json.acceptNull()) {
                json.skip();
                throw new Drop(Malformed.Reason.JSON, "is not a JSON object");
            }
            if (json.peek() >= 0) {
                throw new Drop(Malformed.Reason.JSON, "has more after its end");
            }
            if (parts.routeService.length() > 0 && !parts.routeService.startsWith("https")) {
                throw new Drop(
                        Malformed.Reason.ROUTE_SERVICE, "has a route_service_url that does not start with https");
            }
            return true;
        } catch (Drop e) {
            reason = e.reason;
            detail = String.valueOf(e.getMessage());
        } catch (JsonScanner.BadJson | IndexOutOfBoundsException e) {
            reason = Malformed.Reason.JSON;
            detail = "is not JSON";
        }
        return false;
    }

    /**
     * Looks for the URIs of a message, without reading on behind them: the first array of that name, if it has one
     * element. That need not be what the message says in the end.
     *
     * @return false when there is no such thing; never throws
     */
    public boolean findOnlyUri(byte[] body, Utf8Text uri) {
        try {
            json.start(body);
            json.expect('{');
            for (int member = 0; json.next('}', member == 0); member++) {
                json.string(key);
                json.expect(':');
                if (fieldOf(key, member) != 0) {
                    json.skip();
                    continue;
                }
                json.expect('[');
                json.string(uri);
                return json.accept(']');
            }
        } catch (JsonScanner.BadJson | IndexOutOfBoundsException e) {
            return false; // decoding will say what is wrong
        }
        return false;
    }

    /** Returns the number of URIs of the last message. */
    public int uriCount() {
        return uriCount;
    }

    /** Returns one URI of the last message. */
    public Utf8Text uri(int i) {
        return uris.get(i);
    }

    /** Returns the endpoint of the last message. */
    public EndpointParts parts() {
        return parts;
    }

    /** Says why the last message was dropped. */
    public Malformed malformed() {
        return new Malformed(reason, detail, emitter());
    }

    /** The sender's own word, cut and cleaned so that it can stand in a log line. */
    private String emitter() {
        String host = parts.host.toString();
        String shown = host.length() > 64 ? host.substring(0, 64) : host;
        return shown.isEmpty() ? "unknown" : shown.replaceAll("[^A-Za-z0-9.:_-]", "?");
    }

    private void message() {
        json.expect('{');
        int member = 0;
        for (; json.next('}', member == 0); member++) {
            json.string(key);
            json.expect(':');
            int field = fieldOf(key, member);
            if (field < 0) {
                json.skip();
            } else if (!json.acceptNull()) {
                field(field);
            } else if (field == 0) {
                uriCount = 0;
                uriCapacity = 0;
            } else if (field == 14) {
                parts.tags = 0;
            }
        }
    }

    /** Senders write their fields in the same order again and again, so the one that stood here last is tried first. */
    private int fieldOf(Utf8Text name, int member) {
        int place = Math.min(member, order.length - 1);
        if (name.sameBytes(FIELDS[order[place]])) {
            return order[place];
        }
        int field = indexOf(FIELDS, name);
        order[place] = Math.max(0, field);
        return field;
    }

    private void field(int field) {
        switch (field) {
            case 0 -> uris();
            case 1 -> kept(parts.host, "host");
            case 2 -> parts.port = port("port");
            case 3 -> parts.tlsPort = port("tls_port");
            case 4 -> kept(parts.app, "app");
            case 5 -> kept(parts.instance, "private_instance_id");
            case 6 -> kept(parts.index, "private_instance_index");
            case 7 -> kept(parts.segment, "isolation_segment");
            case 8 -> kept(parts.routeService, "route_service_url");
            case 9 -> kept(parts.zone, "availability_zone");
            case 10 -> parts.staleThreshold = clamp(integer("stale_threshold_in_seconds"));
            case 11 -> integer("endpoint_updated_at_ns");
            case 12 -> string(value, "protocol");
            case 13 -> string(value, "server_cert_domain_san");
            case 14 -> tags();
            default -> options();
        }
    }

    private static int clamp(long seconds) {
        return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, seconds));
    }

    private void string(Utf8Text into, String name) {
        if (json.peek() != '"') {
            throw wrongType(name, "a string");
        }
        json.string(into);
    }

    private void kept(Utf8Text into, String name) {
        string(into, name);
        if (into.length() > MAX_TEXT) {
            throw new Drop(
                    Malformed.Reason.OVERSIZED,
                    "has a " + name + " of " + into.length() + " bytes (allowed: " + MAX_TEXT + ")");
        }
    }

    private int port(String name) {
        number(name);
        if (!json.isInteger()) {
            throw wrongType(name, "an integer");
        }
        if (json.isSigned() || !json.isLong() || json.longValue() > 65535) {
            throw new Drop(Malformed.Reason.RANGE, "has a " + name + " out of range (allowed: 0 to 65535)");
        }
        return (int) json.longValue();
    }

    private long integer(String name) {
        number(name);
        if (!json.isInteger()) {
            throw wrongType(name, "an integer");
        }
        if (!json.isLong()) {
            throw new Drop(Malformed.Reason.RANGE, "has a " + name + " out of range (allowed: 64 bits)");
        }
        return json.longValue();
    }

    private void number(String name) {
        int sign = json.peek();
        if (sign != '-' && (sign < '0' || sign > '9')) {
            throw wrongType(name, "a number");
        }
        json.number();
    }

    private void open(char sign, String name, String expected) {
        if (!json.accept(sign)) {
            throw wrongType(name, expected);
        }
    }

    private static Drop wrongType(String name, String expected) {
        return new Drop(Malformed.Reason.TYPE, "has a " + name + " that is not " + expected);
    }

    /** As in Go, a null leaves the place of a URI as an earlier array of the same message left it. */
    private void uris() {
        open('[', "uris", "an array");
        int count = 0;
        for (; json.next(']', count == 0); count++) {
            if (count == MAX_URIS) {
                throw new Drop(Malformed.Reason.OVERSIZED, "has more than " + MAX_URIS + " uris");
            }
            if (count == uris.size()) {
                uris.add(new Utf8Text());
            }
            Utf8Text uri = uris.get(count);
            if (count == uriCapacity) {
                uri.clear();
                uriCapacity++;
            }
            if (!json.acceptNull()) {
                string(uri, "uri");
            }
            if (uri.length() > RouteUri.MAX_LENGTH) {
                throw new Drop(
                        Malformed.Reason.OVERSIZED,
                        "has a uri of " + uri.length() + " bytes (allowed: " + RouteUri.MAX_LENGTH + ")");
            }
            if (uri.count('/') > RouteUri.MAX_SEGMENTS) {
                throw new Drop(
                        Malformed.Reason.OVERSIZED,
                        "has a uri with " + uri.count('/') + " slashes (allowed: " + RouteUri.MAX_SEGMENTS + ")");
            }
        }
        uriCount = count;
        uriCapacity = count == 0 ? 0 : uriCapacity;
    }

    private void tags() {
        open('{', "tags", "an object");
        for (boolean first = true; json.next('}', first); first = false) {
            json.string(key);
            json.expect(':');
            value.clear();
            if (!json.acceptNull()) {
                string(value, "tag");
            }
            if (parts.tags < TagShapes.MOST_TAGS && key.length() <= MAX_TEXT && value.length() <= MAX_TEXT) {
                parts.tagNames[parts.tags].set(key);
                parts.tagValues[parts.tags++].set(value);
            }
        }
    }

    private void options() {
        open('{', "options", "an object");
        for (boolean first = true; json.next('}', first); first = false) {
            json.string(key);
            json.expect(':');
            int option = indexOf(OPTIONS, key);
            if (option < 0) {
                json.skip();
            } else if (!json.acceptNull()) {
                option(option);
            }
        }
    }

    private void option(int option) {
        if (option > 0) {
            string(value, "option");
            return;
        }
        number("hash_balance");
        if (!json.isFinite()) {
            throw new Drop(Malformed.Reason.RANGE, "has a hash_balance out of range");
        }
    }

    private static int indexOf(byte[][] names, Utf8Text key) {
        for (int i = 0; i < names.length; i++) {
            if (key.sameIgnoringCase(names[i])) {
                return i;
            }
        }
        return key.isAscii() ? -1 : indexOf(names, folded(key));
    }

    /** Go takes two letters outside ASCII for their look-alikes: the long s and the sign for Kelvin. */
    private static Utf8Text folded(Utf8Text key) {
        String text =
                key.toString().toLowerCase(Locale.ROOT).replace('\u017F', 's').replace('\u212A', 'k');
        byte[] bytes = text.replaceAll("[^\\x00-\\x7F]", "?").getBytes(StandardCharsets.US_ASCII);
        Utf8Text folded = new Utf8Text();
        folded.set(bytes, 0, bytes.length);
        return folded;
    }
}
