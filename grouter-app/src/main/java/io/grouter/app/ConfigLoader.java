package io.grouter.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a configuration file over the reference, and reports everything that is wrong with it at once. */
public final class ConfigLoader {
    private static final String REFERENCE = "reference.yaml";
    private static final long MAX_BYTES = 1 << 20;
    private static final Pattern PLACE = Pattern.compile(":(\\d{1,7}):(\\d{1,7}): ");

    private ConfigLoader() {}

    /** Reads a file; throws {@link ConfigException} with every problem when it cannot be used. */
    public static Config load(Path file) throws ConfigException {
        return parse(String.valueOf(file), read(file));
    }

    /** Returns the text of a file of at most 1 MiB; throws {@link ConfigException} when it cannot be read. */
    public static String read(Path file) throws ConfigException {
        try {
            if (Files.isRegularFile(file) && Files.size(file) > MAX_BYTES) {
                throw new ConfigException(List.of(file + ": longer than " + MAX_BYTES + " bytes"));
            }
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new ConfigException(List.of(file + ": cannot be read: " + e));
        }
    }

    /**
     * Reads a configuration from text.
     *
     * @param name name of the text in messages
     */
    public static Config parse(String name, String text) throws ConfigException {
        return parse(name, text, Config.class, referenceText(), (config, user) -> List.of());
    }

    /**
     * Reads a record from YAML: a component takes the value of the key of its name.
     *
     * @param name name of the text in messages
     * @param reference every key with its default, as YAML; {@code !required} marks those that have none
     * @param further returns what else is wrong, each problem with its place in the user's file
     */
    public static <T> T parse(
            String name,
            String text,
            Class<T> type,
            String reference,
            BiFunction<T, ConfigTree.Section, List<String>> further)
            throws ConfigException {
        List<String> problems = new ArrayList<>();
        ConfigTree.Section user = ConfigTree.parse(name, text, problems);
        @Nullable T config = null;
        if (problems.isEmpty()) {
            config = new ConfigBinder(problems).bind(type, "", user, tree(reference));
        }
        if (config != null && problems.isEmpty()) {
            problems.addAll(further.apply(config, user));
        }
        if (config == null || !problems.isEmpty()) {
            problems.sort(Comparator.comparingLong(ConfigLoader::place));
            throw new ConfigException(problems);
        }
        return config;
    }

    /** Returns a number that grows with line and column of a problem; 0 when it has no place. */
    private static long place(String problem) {
        Matcher place = PLACE.matcher(problem);
        return place.find() ? Long.parseLong(place.group(1)) * 1_000_000 + Long.parseLong(place.group(2)) : 0;
    }

    /** Returns the reference as a tree. */
    static ConfigTree.Section reference() {
        return tree(referenceText());
    }

    private static ConfigTree.Section tree(String reference) {
        List<String> problems = new ArrayList<>();
        ConfigTree.Section tree = ConfigTree.parse(REFERENCE, reference, problems);
        if (!problems.isEmpty()) {
            throw new IllegalStateException(problems.toString());
        }
        return tree;
    }

    /** Returns the text of the reference: every key with its default and what it is for. */
    public static String referenceText() {
        try (InputStream in = ConfigLoader.class.getResourceAsStream("/" + REFERENCE)) {
            if (in == null) {
                throw new IllegalStateException(REFERENCE + " is not in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
