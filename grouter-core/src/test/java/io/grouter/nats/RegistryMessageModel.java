package io.grouter.nats;

import io.grouter.route.Endpoint;
import io.grouter.route.RouteUri;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** GoRouter's rules for a message, spelled out over a general JSON parser: slow, and plainly right. */
final class RegistryMessageModel {
    private static final JsonFactory JSON = JsonFactory.builder().build();

    private final List<String> slots = new ArrayList<>();
    private List<String> uris = List.of();
    private final Map<String, String> texts = new LinkedHashMap<>();
    private final Map<String, Long> numbers = new LinkedHashMap<>();
    private Map<String, String> tags = new LinkedHashMap<>();

    private RegistryMessageModel() {}

    private static final class Dropped extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** Returns what a message says, or null when it is to be dropped. */
    static @Nullable RegistryMessageModel decode(byte[] body) {
        RegistryMessageModel model = new RegistryMessageModel();
        String text = decodeAsGo(body);
        if (hasOddEscape(text)) {
            return null;
        }
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), text)) {
            JsonToken first = json.nextToken();
            if (first == JsonToken.START_OBJECT) {
                model.read(json);
            } else if (first != JsonToken.VALUE_NULL) {
                return null;
            }
            String routeService = model.text("route_service_url");
            boolean plain = !routeService.isEmpty() && !routeService.startsWith("https");
            return json.nextToken() != null || plain ? null : model;
        } catch (Dropped | JacksonException e) {
            return null;
        }
    }

    /** The general parser takes some letters outside ASCII for hexadecimal digits. */
    private static boolean hasOddEscape(String text) {
        for (int i = text.indexOf('\\'); i >= 0 && i + 1 < text.length(); i = text.indexOf('\\', i + 2)) {
            String digits = text.substring(i + 2, Math.min(i + 6, text.length()));
            if (text.charAt(i + 1) == 'u' && !digits.matches("[\\x00-\\x7F]*")) {
                return true;
            }
        }
        return false;
    }

    /** Every byte that is not part of a well-formed character becomes one U+FFFD. */
    private static String decodeAsGo(byte[] body) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < body.length; ) {
            int length = 1;
            String found = null;
            for (; length <= 4 && i + length <= body.length && found == null; length++) {
                try {
                    CharBuffer chars = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body, i, length));
                    found = chars.toString();
                } catch (java.nio.charset.CharacterCodingException e) {
                    found = null;
                }
            }
            text.append(found == null ? "\ufffd" : found);
            i += found == null ? 1 : length - 1;
        }
        return text.toString();
    }

    List<String> uris() {
        return uris.stream().map(uri -> RouteUri.parse(uri).toString()).toList();
    }

    Endpoint endpoint() {
        long tls = number("tls_port");
        Map<String, String> kept = new LinkedHashMap<>();
        tags.forEach((name, value) -> kept.put(wellFormed(name), value));
        return new Endpoint(
                text("host") + ":" + (tls != 0 ? tls : number("port")),
                tls != 0,
                text("app"),
                text("private_instance_id"),
                text("private_instance_index"),
                text("isolation_segment"),
                text("availability_zone"),
                text("route_service_url"),
                (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, number("stale_threshold_in_seconds"))),
                kept);
    }

    private String text(String name) {
        return texts.getOrDefault(name, "");
    }

    private long number(String name) {
        return numbers.getOrDefault(name, 0L);
    }

    private void read(JsonParser json) {
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = fold(json.currentName());
            boolean isNull = json.nextToken() == JsonToken.VALUE_NULL;
            if (isNull && name.equals("uris")) {
                uris = List.of();
                slots.clear();
            } else if (isNull && name.equals("tags")) {
                tags = new LinkedHashMap<>();
            } else if (!isNull) {
                field(json, name);
            }
        }
    }

    private static String fold(String name) {
        return wellFormed(name).toLowerCase(Locale.ROOT).replace('\u017f', 's').replace('\u212a', 'k');
    }

    private void field(JsonParser json, String name) {
        switch (name) {
            case "uris" -> array(json);
            case "host",
                    "app",
                    "private_instance_id",
                    "private_instance_index",
                    "isolation_segment",
                    "route_service_url",
                    "availability_zone",
                    "protocol",
                    "server_cert_domain_san" -> texts.put(name, string(json));
            case "port", "tls_port" -> {
                String text = integer(json);
                if (text.startsWith("-") || new BigInteger(text).bitLength() > 16) {
                    throw new Dropped();
                }
                numbers.put(name, Long.valueOf(text));
            }
            case "stale_threshold_in_seconds", "endpoint_updated_at_ns" -> {
                String text = integer(json);
                if (new BigInteger(text).bitLength() > 63) {
                    throw new Dropped();
                }
                numbers.put(name, Long.valueOf(text));
            }
            case "tags" -> tags(json);
            case "options" -> options(json);
            default -> json.skipChildren();
        }
    }

    private void array(JsonParser json) {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw new Dropped();
        }
        int count = 0;
        for (; json.nextToken() != JsonToken.END_ARRAY; count++) {
            if (count == slots.size()) {
                slots.add("");
            }
            if (json.currentToken() != JsonToken.VALUE_NULL) {
                slots.set(count, string(json));
            }
        }
        uris = List.copyOf(slots.subList(0, count));
        if (count == 0) {
            slots.clear();
        }
    }

    private void tags(JsonParser json) {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw new Dropped();
        }
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            String value = json.nextToken() == JsonToken.VALUE_NULL ? "" : string(json);
            tags.put(name, value);
        }
    }

    private static void options(JsonParser json) {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw new Dropped();
        }
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = fold(json.currentName());
            JsonToken value = json.nextToken();
            boolean text = List.of(
                            "lb_algo", "loadbalancing", "hash_header", "route_policy_scope", "route_policy_sources")
                    .contains(name);
            if (value == JsonToken.VALUE_NULL) {
                continue;
            }
            if ((text && value != JsonToken.VALUE_STRING) || (name.equals("hash_balance") && !value.isNumeric())) {
                throw new Dropped();
            }
            json.skipChildren();
        }
    }

    private static String integer(JsonParser json) {
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw new Dropped();
        }
        return json.getString();
    }

    private static String string(JsonParser json) {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            throw new Dropped();
        }
        return wellFormed(json.getString());
    }

    private static String wellFormed(String text) {
        return text.codePoints()
                .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** For messages in failed comparisons. */
    @Override
    public String toString() {
        return uris + " " + Collections.unmodifiableMap(texts);
    }
}
