package io.grouter.admin;

import io.grouter.route.SiteId;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The parameters of a query. Whatever is wrong with one throws {@link Refused}, naming it and what is allowed. */
final class Query {
    private final Map<String, String> parameters;

    /** Is thrown where a parameter is not allowed, or not so. */
    static final class Refused extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        Refused(String detail) {
            super(detail);
        }
    }

    private Query(Map<String, String> parameters) {
        this.parameters = parameters;
    }

    /** Reads a query as it stands in a URL. */
    static Query parse(@Nullable String text, List<String> allowed) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String pair : text == null || text.isEmpty() ? new String[0] : text.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            if (!allowed.contains(name)) {
                throw new Refused("\"" + name + "\": unknown key of the query (allowed: "
                        + (allowed.isEmpty() ? "none" : String.join(", ", allowed)) + ")");
            }
            if (parameters.put(name, equals < 0 ? "" : decode(pair.substring(equals + 1))) != null) {
                throw new Refused(name + ": is there twice (expected: once)");
            }
        }
        return new Query(parameters);
    }

    /** Decodes what is escaped; a lone % is left as it is, because it can stand in a route's name. */
    static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    boolean isEmpty() {
        return parameters.isEmpty();
    }

    @Nullable
    String text(String name) {
        return parameters.get(name);
    }

    String text(String name, String otherwise) {
        return parameters.getOrDefault(name, otherwise);
    }

    @Nullable
    SiteId site(String name) {
        String text = parameters.get(name);
        try {
            return text == null ? null : new SiteId(text);
        } catch (IllegalArgumentException e) {
            throw new Refused(name + ": " + e.getMessage());
        }
    }

    boolean flag(String name) {
        String text = parameters.getOrDefault(name, "false");
        if (!text.equals("true") && !text.equals("false")) {
            throw new Refused(name + ": \"" + text + "\" (expected: true or false)");
        }
        return text.equals("true");
    }

    /** Returns one of some words, or null when it is not there. */
    @Nullable
    String word(String name, List<String> allowed) {
        String text = parameters.get(name);
        if (text != null && !allowed.contains(text)) {
            throw new Refused(name + ": \"" + text + "\" (expected: " + String.join(", ", allowed) + ")");
        }
        return text;
    }

    long number(String name, long otherwise, long least, long most) {
        String text = parameters.get(name);
        try {
            long value = text == null ? otherwise : Long.parseLong(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new Refused(name + ": \"" + text + "\" (expected: a number from " + least + " to " + most + ")");
    }
}
