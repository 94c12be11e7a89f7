package io.grouter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Texts kept beside the tests. With {@code -Dgrouter.golden=write} they are written anew instead of compared: look at the difference. */
final class Golden {
    private static final Path FOLDER = Path.of("src", "test", "resources", "io", "grouter", "cli");

    private Golden() {}

    /** Returns an answer of the API. */
    static String answer(String name) throws IOException {
        return Files.readString(FOLDER.resolve("answers").resolve(name + ".json"));
    }

    static void check(String name, String text) throws IOException {
        Path file = FOLDER.resolve("golden").resolve(name);
        if ("write".equals(System.getProperty("grouter.golden"))) {
            Files.writeString(file, text);
        }
        assertThat(text).as(name).isEqualTo(Files.readString(file));
    }
}
