package io.grouter.sim.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The documentation in the source tree. */
final class Docs {
    private Docs() {}

    static String simulator() throws IOException {
        return Files.readString(folder().resolve("simulator.md"));
    }

    /** Returns the example files. */
    static List<Path> scenarios() throws IOException {
        try (Stream<Path> files = Files.list(folder().resolve("scenarios"))) {
            return files.sorted().toList();
        }
    }

    private static Path folder() {
        Path module = Path.of("").toAbsolutePath();
        return module.resolveSibling("docs");
    }
}
