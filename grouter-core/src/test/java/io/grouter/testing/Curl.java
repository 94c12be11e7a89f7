package io.grouter.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The program curl; every name is the loopback address. */
public final class Curl {
    private static final int MOST_SECONDS = 30;

    private final String program;
    private final Path folder;

    /**
     * What came of it.
     *
     * @param exit exit code
     * @param headers the heads of all answers, one after the other
     * @param body the last answer's body
     * @param status the last answer's status
     * @param redirects how many were followed
     * @param url the last one asked for
     */
    public record Result(int exit, String headers, String body, int status, int redirects, String url) {
        /** Returns the value of the first header with this name in any answer, or null. */
        public @Nullable String first(String name) {
            for (String line : headers.split("\r\n", -1)) {
                if (line.regionMatches(true, 0, name + ":", 0, name.length() + 1)) {
                    return line.substring(name.length() + 1).trim();
                }
            }
            return null;
        }

        /** Returns the status of each answer. */
        public List<Integer> statuses() {
            List<Integer> all = new ArrayList<>();
            for (String line : headers.split("\r\n", -1)) {
                if (line.startsWith("HTTP/")) {
                    all.add(Integer.parseInt(line.split(" ", -1)[1]));
                }
            }
            return all;
        }
    }

    /**
     * Makes one.
     *
     * @param program as of {@link Programs#find}
     * @param folder for files
     */
    public Curl(String program, Path folder) {
        this.program = program;
        this.folder = folder;
    }

    /** Runs it with {@code -L} and further arguments, to its end. */
    public Result run(String... arguments) throws IOException, InterruptedException {
        Path headers = Files.createTempFile(folder, "curl", "headers");
        Path body = Files.createTempFile(folder, "curl", "body");
        Path said = Files.createTempFile(folder, "curl", "said");
        List<String> command = new ArrayList<>(List.of(program, "-q", "-sS", "-L", "--path-as-is", "--noproxy", "*"));
        command.addAll(List.of("--connect-to", "::127.0.0.1:", "--max-time", String.valueOf(MOST_SECONDS)));
        command.addAll(List.of("-D", headers.toString(), "-o", body.toString()));
        command.addAll(List.of("-w", "%{http_code} %{num_redirects} %{url_effective}"));
        command.addAll(List.of(arguments));
        Process curl = new ProcessBuilder(command)
                .redirectOutput(said.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (!curl.waitFor(MOST_SECONDS + 10, TimeUnit.SECONDS)) {
            curl.destroyForcibly();
            throw new AssertionError("curl did not end: " + command);
        }
        String[] facts = Files.readString(said).split(" ", 3);
        return new Result(
                curl.exitValue(),
                Files.readString(headers, StandardCharsets.ISO_8859_1),
                Files.readString(body, StandardCharsets.ISO_8859_1),
                Integer.parseInt(facts[0]),
                Integer.parseInt(facts[1]),
                facts[2]);
    }
}
