package io.grouter.app;

import io.grouter.route.Durations;
import io.grouter.route.Key;
import io.grouter.route.ListDefault;
import io.grouter.route.SiteId;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Binds a tree to records: a component takes the value of the key of its name, from the user's file or else from the
 * reference. Every problem is collected, with its place; nothing stops at the first: a value that cannot be used is
 * reported and its default takes its place for the checks that follow.
 */
final class ConfigBinder {
    private final List<String> problems;

    ConfigBinder(List<String> problems) {
        this.problems = problems;
    }

    /**
     * Returns the record, or null when there was a problem.
     *
     * @param path the keys that lead here, for messages; {@code ""} at the top
     * @param user the user's section
     * @param reference the section with the defaults, or null inside lists, where there are none
     */
    <T> @Nullable T bind(Class<T> type, String path, ConfigTree.Section user, ConfigTree.@Nullable Section reference) {
        RecordComponent[] components = type.getRecordComponents();
        reportUnknown(path, user, components);
        Object[] arguments = new Object[components.length];
        boolean complete = true;
        for (int i = 0; i < components.length; i++) {
            arguments[i] = component(components[i], path, user, reference);
            complete &= arguments[i] != null;
        }
        return complete ? construct(type, path, user, reference, components, arguments) : null;
    }

    private void reportUnknown(String path, ConfigTree.Section user, RecordComponent[] components) {
        List<String> known = Arrays.stream(components).map(ConfigBinder::key).toList();
        for (String key : user.entries().keySet()) {
            if (!known.contains(key)) {
                String nearest = Nearest.of(key, known);
                String hint =
                        nearest == null ? "allowed: " + String.join(", ", known) : "did you mean " + nearest + "?";
                problems.add(user.keyPlaces().get(key) + ": " + join(path, key) + ": unknown key (" + hint + ")");
            }
        }
    }

    private @Nullable Object component(
            RecordComponent component, String path, ConfigTree.Section user, ConfigTree.@Nullable Section reference) {
        String name = key(component);
        String fullName = join(path, name);
        ConfigTree given = user.entries().get(name);
        ConfigTree fallback = reference == null ? null : reference.entries().get(name);
        if (component.getType().isRecord() && isSection(component.getType())) {
            Object bound = section(component.getType(), fullName, given, fallback, user.place());
            // What is wrong in there has been noted; with its defaults the rest of this section can be checked, too.
            return bound == null && fallback != null
                    ? new ConfigBinder(new ArrayList<>())
                            .section(component.getType(), fullName, null, fallback, user.place())
                    : bound;
        }
        ListDefault leftOut = component.getAnnotation(ListDefault.class);
        if (given == null && leftOut != null) {
            return component.getType().equals(List.class)
                    ? List.of()
                    : scalar(component.getType(), new ConfigTree.Value(user.place(), false, leftOut.value(), true));
        }
        if (given == null && (fallback == null || fallback.required())) {
            problems.add(user.place() + ": " + fullName + ": is missing and has no default");
        }
        Object value = given == null ? null : convert(component.getGenericType(), fullName, given);
        return value != null || fallback == null ? value : convert(component.getGenericType(), fullName, fallback);
    }

    /** Records that are written as one word have a type of their own in {@link #scalar}. */
    private static boolean isSection(Class<?> type) {
        return !type.equals(SiteId.class);
    }

    private @Nullable Object section(
            Class<?> type, String path, @Nullable ConfigTree given, @Nullable ConfigTree fallback, String place) {
        ConfigTree.Section reference = fallback instanceof ConfigTree.Section section ? section : null;
        ConfigTree.Section empty = new ConfigTree.Section(place, false, Map.of(), Map.of());
        if (given == null || (given instanceof ConfigTree.Value value && value.text() == null)) {
            return bind(type, path, empty, reference);
        }
        if (given instanceof ConfigTree.Section section) {
            return bind(type, path, section, reference);
        }
        problems.add(given.place() + ": " + path + ": is not a section (expected: keys and values)");
        return null;
    }

    private @Nullable Object convert(Type type, String path, ConfigTree tree) {
        if (type instanceof ParameterizedType list && list.getRawType().equals(List.class)) {
            return items(list.getActualTypeArguments()[0], path, tree);
        }
        Class<?> wanted = (Class<?>) type;
        if (wanted.isRecord() && isSection(wanted)) {
            return section(wanted, path, tree, null, tree.place());
        }
        if (!(tree instanceof ConfigTree.Value value) || value.text() == null) {
            problems.add(tree.place() + ": " + path + ": is not a single value (expected: " + describe(wanted) + ")");
            return null;
        }
        try {
            return scalar(wanted, value);
        } catch (IllegalArgumentException e) {
            String why = e instanceof NumberFormatException || e.getMessage() == null ? "" : ": " + e.getMessage();
            problems.add(tree.place() + ": " + path + ": \"" + value.text() + "\" is not allowed here (expected: "
                    + describe(wanted) + ")" + why);
            return null;
        }
    }

    private @Nullable List<Object> items(Type type, String path, ConfigTree tree) {
        if (!(tree instanceof ConfigTree.Items items)) {
            problems.add(tree.place() + ": " + path + ": is not a list (expected: [a, b] or lines that start with -)");
            return null;
        }
        List<Object> values = new ArrayList<>();
        boolean complete = true;
        for (int i = 0; i < items.items().size(); i++) {
            Object value = convert(type, path + "[" + i + "]", items.items().get(i));
            complete &= value != null;
            if (value != null) {
                values.add(value);
            }
        }
        return complete ? values : null;
    }

    private static Object scalar(Class<?> type, ConfigTree.Value value) {
        String text = value.text() == null ? "" : value.text();
        if (type.equals(String.class)) {
            return text;
        } else if (type.equals(int.class)) {
            return Integer.parseInt(text.replace("_", ""));
        } else if (type.equals(boolean.class)) {
            return switch (text) {
                case "true" -> true;
                case "false" -> false;
                default -> throw new NumberFormatException(text);
            };
        } else if (type.equals(Duration.class)) {
            return Durations.parse(text);
        } else if (type.equals(InetSocketAddress.class)) {
            return Addresses.parse(text);
        } else if (type.equals(SiteId.class)) {
            return new SiteId(text);
        } else if (type.isEnum()) {
            for (Object each : type.getEnumConstants()) {
                if (word(each).equals(text)) {
                    return each;
                }
            }
            throw new NumberFormatException(text);
        }
        throw new IllegalStateException("no reader for " + type);
    }

    private static String describe(Class<?> type) {
        if (type.equals(int.class)) {
            return "a whole number";
        } else if (type.equals(boolean.class)) {
            return "true or false";
        } else if (type.equals(Duration.class)) {
            return "a duration such as 500ms, 20s, 2m, 12h";
        } else if (type.equals(InetSocketAddress.class)) {
            return "host:port or [ipv6]:port";
        } else if (type.equals(SiteId.class)) {
            return "a site name";
        } else if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(ConfigBinder::word)
                    .collect(Collectors.joining(", "));
        }
        return "text";
    }

    private static String word(Object constant) {
        return constant.toString().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Makes the record; for each value its checks refuse, the problem is noted and the default tried instead. */
    private <T> @Nullable T construct(
            Class<T> type,
            String path,
            ConfigTree.Section user,
            ConfigTree.@Nullable Section reference,
            RecordComponent[] components,
            Object[] arguments) {
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        for (int attempt = 0; attempt <= components.length; attempt++) {
            try {
                return type.getDeclaredConstructor(types).newInstance(arguments);
            } catch (InvocationTargetException e) {
                if (!(e.getCause() instanceof IllegalArgumentException refused)) {
                    throw new IllegalStateException("cannot make " + type, e);
                }
                String message = String.valueOf(refused.getMessage());
                int colon = message.indexOf(':');
                String key = colon < 0 ? "" : message.substring(0, colon);
                ConfigTree at = user.entries().get(key);
                problems.add((at == null ? user.place() : at.place()) + ": " + join(path, message));
                if (!replaceByDefault(key, reference, components, arguments)) {
                    return null;
                }
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("cannot make " + type, e);
            }
        }
        return null;
    }

    private boolean replaceByDefault(
            String key, ConfigTree.@Nullable Section reference, RecordComponent[] components, Object[] arguments) {
        ConfigTree fallback = reference == null ? null : reference.entries().get(key);
        for (int i = 0; i < components.length; i++) {
            if (fallback != null && key(components[i]).equals(key)) {
                Object value = convert(components[i].getGenericType(), key, fallback);
                if (value != null && !value.equals(arguments[i])) {
                    arguments[i] = value;
                    return true;
                }
            }
        }
        return false;
    }

    private static String key(RecordComponent component) {
        Key named = component.getAnnotation(Key.class);
        return named == null ? component.getName() : named.value();
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
