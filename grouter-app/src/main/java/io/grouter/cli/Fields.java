package io.grouter.cli;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An object of an answer. What is missing or of another kind reads as nothing, so that nodes a version older or newer can
 * be asked, too.
 */
record Fields(Map<String, @Nullable Object> values) {
    static final Fields NONE = new Fields(Map.of());

    boolean has(String name) {
        return values.get(name) != null;
    }

    /** Returns the value as text, {@code ""} where there is none. */
    String text(String name) {
        Object value = values.get(name);
        return value == null ? "" : value.toString();
    }

    boolean flag(String name) {
        return Boolean.TRUE.equals(values.get(name));
    }

    /** Returns the number, or null where there is none. */
    @Nullable
    Double number(String name) {
        return values.get(name) instanceof Number number ? number.doubleValue() : null;
    }

    /** Returns the number as an integer, 0 where there is none. */
    long count(String name) {
        return values.get(name) instanceof Number number ? number.longValue() : 0;
    }

    /** Returns the object of that name, {@link #NONE} where there is none. */
    Fields object(String name) {
        Fields object = fields(values.get(name));
        return object == null ? NONE : object;
    }

    /** Returns the objects in the list of that name. */
    List<Fields> objects(String name) {
        return list(name).stream()
                .flatMap(each -> Stream.ofNullable(fields(each)))
                .toList();
    }

    /** Returns the values in the list of that name as texts. */
    List<String> texts(String name) {
        return list(name).stream().map(String::valueOf).toList();
    }

    /** Returns the list of that name as it came. */
    List<?> list(String name) {
        return values.get(name) instanceof List<?> list ? list : List.of();
    }

    @SuppressWarnings("unchecked") // Json makes maps with names as keys only
    private static @Nullable Fields fields(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? new Fields((Map<String, @Nullable Object>) map) : null;
    }
}
