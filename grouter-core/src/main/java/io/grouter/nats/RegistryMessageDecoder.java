package io.grouter.nats;

import io.grouter.route.Endpoint;
import io.grouter.route.RouteChange;
import io.grouter.route.RouteUri;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Decodes the bodies of {@code router.register} and {@code router.unregister} with the tolerance of GoRouter's
 * {@code mbus.RegistryMessage}: keys match in any case, the last of several equal keys counts, null leaves a field
 * alone, unknown fields are skipped, and one wrong type drops the whole message. Stateless; safe for all threads.
 */
public final class RegistryMessageDecoder {
    /** Most URIs in one message. */
    static final int MAX_URIS = 1000;
    /** Longest text that is kept of any other field, in characters. */
    static final int MAX_TEXT = 1024;

    private static final JsonFactory JSON = JsonFactory.builder().build();

    /** Makes a decoder. */
    public RegistryMessageDecoder() {}

    /** Decodes a register message. Never throws. */
    public Decoded register(byte[] body) {
        return decode(body, true);
    }

    /** Decodes an unregister message. Never throws. */
    public Decoded unregister(byte[] body) {
        return decode(body, false);
    }

    private static Decoded decode(byte[] body, boolean register) {
        Fields fields = new Fields();
        // Bad UTF-8 becomes U+FFFD and a byte order mark stays a character, both as in Go.
        String text = new String(body, StandardCharsets.UTF_8);
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), text)) {
            JsonToken first = json.nextToken();
            if (first == JsonToken.START_OBJECT) {
                fields.read(json);
            } else if (first != JsonToken.VALUE_NULL) {
                throw new Drop(Decoded.Reason.JSON, "is not a JSON object");
            }
            if (json.nextToken() != null) {
                throw new Drop(Decoded.Reason.JSON, "has more after its end");
            }
            return new Decoded.Changes(fields.changes(register));
        } catch (Drop e) {
            return new Decoded.Malformed(e.reason, e.detail, fields.emitter());
        } catch (JacksonException e) {
            return new Decoded.Malformed(Decoded.Reason.JSON, "is not JSON", fields.emitter());
        }
    }

    /** Leaves the decoder early; never leaves this class. */
    private static final class Drop extends RuntimeException {
        private static final long serialVersionUID = 1L;
        final Decoded.Reason reason;
        final String detail;

        Drop(Decoded.Reason reason, String detail) {
            super(detail, null, false, false);
            this.reason = reason;
            this.detail = detail;
        }
    }

    private static final class Fields {
        private List<String> uris = List.of();
        private String host = "";
        private int port;
        private int tlsPort;
        private String app = "";
        private String instanceId = "";
        private String instanceIndex = "";
        private String isolationSegment = "";
        private String routeServiceUrl = "";
        private int staleThreshold;

        void read(JsonParser json) {
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                String key = name.toLowerCase(Locale.ROOT);
                if (value != JsonToken.VALUE_NULL) {
                    readField(json, key);
                } else if (key.equals("uris")) {
                    uris = List.of();
                }
            }
        }

        private void readField(JsonParser json, String name) {
            switch (name) {
                case "uris" -> uris = strings(json, name);
                case "host" -> host = kept(json, name);
                case "port" -> port = (int) integer(json, name, 0, 65535);
                case "tls_port" -> tlsPort = (int) integer(json, name, 0, 65535);
                case "app" -> app = kept(json, name);
                case "private_instance_id" -> instanceId = kept(json, name);
                case "private_instance_index" -> instanceIndex = kept(json, name);
                case "isolation_segment" -> isolationSegment = kept(json, name);
                case "route_service_url" -> routeServiceUrl = string(json, name);
                case "stale_threshold_in_seconds" ->
                    staleThreshold = clamp(integer(json, name, Long.MIN_VALUE, Long.MAX_VALUE));
                case "endpoint_updated_at_ns" -> integer(json, name, Long.MIN_VALUE, Long.MAX_VALUE);
                case "protocol", "server_cert_domain_san", "availability_zone" -> string(json, name);
                case "tags" -> checkTags(json, name);
                case "options" -> checkOptions(json, name);
                default -> json.skipChildren();
            }
        }

        List<RouteChange> changes(boolean register) {
            if (!routeServiceUrl.isEmpty() && !routeServiceUrl.startsWith("https")) {
                throw new Drop(Decoded.Reason.ROUTE_SERVICE, "route_service_url does not start with https");
            }
            Endpoint endpoint = new Endpoint(
                    host + ":" + (tlsPort != 0 ? tlsPort : port),
                    tlsPort != 0,
                    app,
                    instanceId,
                    instanceIndex,
                    isolationSegment,
                    staleThreshold);
            List<RouteChange> changes = new ArrayList<>(uris.size());
            for (String uri : uris) {
                RouteUri key = RouteUri.parse(uri);
                changes.add(
                        register ? new RouteChange.Register(key, endpoint) : new RouteChange.Unregister(key, endpoint));
            }
            return changes;
        }

        /** The sender's own word, cut and cleaned so that it can stand in a log line. */
        String emitter() {
            String shown = host.length() > 64 ? host.substring(0, 64) : host;
            return shown.isEmpty() ? "unknown" : shown.replaceAll("[^A-Za-z0-9.:_-]", "?");
        }

        private static int clamp(long seconds) {
            return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, seconds));
        }

        private static String string(JsonParser json, String name) {
            if (json.currentToken() != JsonToken.VALUE_STRING) {
                throw new Drop(Decoded.Reason.TYPE, name + " is not a string");
            }
            return wellFormed(json.getString());
        }

        private static String kept(JsonParser json, String name) {
            String text = string(json, name);
            if (text.length() > MAX_TEXT) {
                throw new Drop(
                        Decoded.Reason.OVERSIZED,
                        name + " has " + text.length() + " characters (allowed: " + MAX_TEXT + ")");
            }
            return text;
        }

        /** Replaces lone surrogates by U+FFFD, as Go's decoder does; they could not be sent on as UTF-8. */
        private static String wellFormed(String text) {
            for (int i = 0; i < text.length(); i++) {
                if (Character.isSurrogate(text.charAt(i))) {
                    return replaceLoneSurrogates(text);
                }
            }
            return text;
        }

        private static String replaceLoneSurrogates(String text) {
            StringBuilder clean = new StringBuilder(text.length());
            text.codePoints()
                    .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
                    .forEach(clean::appendCodePoint);
            return clean.toString();
        }

        private static long integer(JsonParser json, String name, long least, long most) {
            if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
                throw new Drop(Decoded.Reason.TYPE, name + " is not an integer");
            }
            long value;
            try {
                value = json.getLongValue();
            } catch (JacksonException e) {
                throw new Drop(Decoded.Reason.RANGE, name + " is out of range");
            }
            if (value < least || value > most) {
                throw new Drop(
                        Decoded.Reason.RANGE, name + " is " + value + " (allowed: " + least + " to " + most + ")");
            }
            return value;
        }

        private static List<String> strings(JsonParser json, String name) {
            if (json.currentToken() != JsonToken.START_ARRAY) {
                throw new Drop(Decoded.Reason.TYPE, name + " is not an array");
            }
            List<String> values = new ArrayList<>(1);
            for (JsonToken token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
                String value = token == JsonToken.VALUE_NULL ? "" : string(json, name);
                // Some letters grow when they are lower-cased.
                if (value.length() > RouteUri.MAX_LENGTH
                        || value.toLowerCase(Locale.ROOT).length() > RouteUri.MAX_LENGTH) {
                    throw new Drop(
                            Decoded.Reason.OVERSIZED,
                            "a uri has " + value.length() + " characters (allowed: " + RouteUri.MAX_LENGTH + ")");
                }
                if (values.size() == MAX_URIS) {
                    throw new Drop(Decoded.Reason.OVERSIZED, "has more than " + MAX_URIS + " uris");
                }
                values.add(value);
            }
            return values;
        }

        private static void checkTags(JsonParser json, String name) {
            forEachField(json, name, (key, token) -> {
                if (token != JsonToken.VALUE_NULL) {
                    string(json, name + " value");
                }
            });
        }

        private static void checkOptions(JsonParser json, String name) {
            forEachField(json, name, (key, token) -> {
                if (key.equals("hash_balance") && token != JsonToken.VALUE_NULL) {
                    if (!token.isNumeric()) {
                        throw new Drop(Decoded.Reason.TYPE, "options.hash_balance is not a number");
                    }
                } else if (isTextOption(key) && token != JsonToken.VALUE_NULL) {
                    string(json, "options." + key);
                } else {
                    json.skipChildren();
                }
            });
        }

        private static boolean isTextOption(String key) {
            return switch (key) {
                case "lb_algo", "loadbalancing", "hash_header", "route_policy_scope", "route_policy_sources" -> true;
                default -> false;
            };
        }

        private interface FieldReader {
            void read(String lowerCaseKey, JsonToken token);
        }

        private static void forEachField(JsonParser json, String name, FieldReader reader) {
            if (json.currentToken() != JsonToken.START_OBJECT) {
                throw new Drop(Decoded.Reason.TYPE, name + " is not an object");
            }
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String key = json.currentName().toLowerCase(Locale.ROOT);
                reader.read(key, json.nextToken());
            }
        }
    }
}
