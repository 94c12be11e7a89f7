package io.grouter.sim.scenario;

import io.grouter.app.ConfigException;
import io.grouter.app.ConfigLoader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Reads scenario files, and reports everything that is wrong with one at once, with its place. */
public final class ScenarioLoader {
    private static final String REFERENCE = "/scenario.yaml";

    private ScenarioLoader() {}

    /**
     * Reads a file; throws {@link ConfigException} with every problem when it cannot be used.
     *
     * @param processes whether nodes are processes of their own even if the file does not say so
     */
    public static Scenario load(Path file, boolean processes) throws ConfigException {
        return parse(file.toString(), ConfigLoader.read(file), processes);
    }

    /**
     * Reads a scenario from text.
     *
     * @param name name of the text in messages
     * @param processes whether nodes are processes of their own even if the text does not say so
     */
    public static Scenario parse(String name, String text, boolean processes) throws ConfigException {
        Scenario read = ConfigLoader.parse(
                name,
                text,
                Scenario.class,
                reference(),
                (scenario, file) -> ScenarioCheck.problems(asWanted(scenario, processes), file));
        return asWanted(read, processes);
    }

    private static Scenario asWanted(Scenario read, boolean processes) {
        return read.withProcesses(read.processes() || processes);
    }

    /** Returns the text of the reference: every key with its default and what it is for. */
    public static String reference() {
        try (InputStream in = ScenarioLoader.class.getResourceAsStream(REFERENCE)) {
            if (in == null) {
                throw new IllegalStateException(REFERENCE + " is not in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
