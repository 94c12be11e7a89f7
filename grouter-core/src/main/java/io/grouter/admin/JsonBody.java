package io.grouter.admin;

import io.grouter.route.Durations;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An order as it came in a body. Whatever is wrong with it throws {@link IllegalArgumentException} that names the key and
 * says what is allowed.
 */
final class JsonBody {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final JsonNode tree;

    private JsonBody(JsonNode tree) {
        this.tree = tree;
    }

    /** Reads a body that has no other keys than these. */
    static JsonBody read(byte[] body, List<String> keys) {
        JsonNode tree;
        try {
            tree = JSON.readTree(body);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("body: is no JSON: " + e.getOriginalMessage(), e);
        }
        if (!tree.isObject()) {
            throw new IllegalArgumentException("body: is no JSON object (expected: keys " + keys + ")");
        }
        for (String key : tree.propertyNames()) {
            if (!keys.contains(key)) {
                throw new IllegalArgumentException(
                        "\"" + key + "\": unknown key (allowed: " + String.join(", ", keys) + ")");
            }
        }
        return new JsonBody(tree);
    }

    boolean isNull(String key) {
        return tree.has(key) && tree.get(key).isNull();
    }

    String required(String key) {
        String text = text(key);
        if (text == null) {
            throw new IllegalArgumentException(key + ": is missing (expected: a text)");
        }
        return text;
    }

    @Nullable
    String text(String key) {
        JsonNode value = tree.get(key);
        if (value == null) {
            return null;
        }
        if (!value.isString()) {
            throw new IllegalArgumentException(key + ": " + value + " (expected: a text)");
        }
        return value.asString();
    }

    boolean bool(String key) {
        JsonNode value = tree.get(key);
        if (value != null && !value.isBoolean()) {
            throw new IllegalArgumentException(key + ": " + value + " (expected: true or false)");
        }
        return value != null && value.asBoolean();
    }

    @Nullable
    Duration duration(String key) {
        String text = text(key);
        try {
            return text == null ? null : Durations.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    key + ": \"" + text + "\" (expected: a duration such as 30m, 2h, 1d)", e);
        }
    }
}
